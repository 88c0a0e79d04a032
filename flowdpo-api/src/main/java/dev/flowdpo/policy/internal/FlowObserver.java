package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;

/** Watches the rows of {@link FlowLoop#run}; every method does nothing unless overridden. */
public interface FlowObserver {
  /** Watches nothing. */
  FlowObserver NONE = new FlowObserver() {};

  /** Tells that a row grew by a chunk, the last one of {@code output}. */
  default void onChunk(int row, PartialAnswer output, StopDecision decision) {}

  /** Tells that a row reached its end. */
  default void onFinished(int row, FlowPath path) {}
}
