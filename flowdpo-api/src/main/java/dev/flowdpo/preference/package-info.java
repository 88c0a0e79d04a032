/**
 * From verdicts to gradients: preference pairs of rollouts, and the losses of pairs with their
 * derivatives. Pure mathematics over token ids and log-probabilities.
 */
@NullMarked
package dev.flowdpo.preference;

import org.jspecify.annotations.NullMarked;
