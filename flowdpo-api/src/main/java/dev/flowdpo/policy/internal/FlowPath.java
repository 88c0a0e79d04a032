package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.value.FinishReason;
import java.util.List;

/**
 * A path that {@link FlowLoop#run} followed to its end.
 *
 * @param answer the complete answer
 * @param decisions one per chunk
 * @param finishReason why it ends here
 */
public record FlowPath(
    PartialAnswer answer, List<StopDecision> decisions, FinishReason finishReason) {

  /** Copies the decisions. */
  public FlowPath {
    decisions = List.copyOf(decisions);
  }
}
