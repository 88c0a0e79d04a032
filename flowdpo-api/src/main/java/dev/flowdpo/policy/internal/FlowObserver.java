package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;

/**
 * Watches the rows of a {@link FlowWork}; every method does nothing unless overridden. Called
 * between the calls of the models, for all callers by the same thread: it must be quick and must
 * not throw.
 */
public interface FlowObserver {
  /** Tells the text so far of the chunk that is being written after {@code prefix}. */
  default void onText(int row, PartialAnswer prefix, String text) {}

  /** Tells that a row grew by a chunk, the last one of {@code output}. */
  default void onChunk(int row, PartialAnswer output, StopDecision decision) {}

  /** Tells that a row reached its end. */
  default void onFinished(int row, FlowPath path) {}
}
