package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Optional;

/**
 * Where a path starts in {@link FlowLoop#run}.
 *
 * @param prefix what has been written so far
 * @param decisions one per chunk of the prefix
 * @param seeds of the chunks to come
 * @param avoid the first chunk to come must have other tokens than this one
 */
public record FlowStart(
    PartialAnswer prefix, List<StopDecision> decisions, ChunkSeeds seeds, Optional<Chunk> avoid) {

  /** Copies the decisions. */
  public FlowStart {
    decisions = List.copyOf(decisions);
  }

  /** Returns the start of the path that a flow takes of itself. */
  public static FlowStart of(Problem problem, long seed) {
    return new FlowStart(
        PartialAnswer.start(problem),
        List.of(),
        ChunkSeeds.ofFlow(seed, problem.id()),
        Optional.empty());
  }
}
