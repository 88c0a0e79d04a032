/**
 * From verdicts to gradients: {@link dev.flowdpo.preference.PairBuilder} turns a rollout tree into
 * preference pairs for the two adapters, and a {@link dev.flowdpo.preference.DpoObjective} gives
 * the loss of a pair and its derivatives. Pure mathematics over token ids and log-probabilities.
 */
@NullMarked
package dev.flowdpo.preference;

import org.jspecify.annotations.NullMarked;
