/**
 * Online learning: the problems a learner reads, and the learner that turns rollouts into
 * preference pairs and pairs into new adapter snapshots.
 */
@NullMarked
package dev.flowdpo.runtime.learning;

import org.jspecify.annotations.NullMarked;
