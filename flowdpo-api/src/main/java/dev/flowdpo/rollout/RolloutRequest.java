package dev.flowdpo.rollout;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Objects;

/**
 * A mini-batch of problems to roll out.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problems the problems; copied
 * @param policy writes the chunks
 * @param judge takes the decisions
 * @param verifier judges the answers
 * @param options chunk size, limit of chunks and sampling; their seed is not used
 * @param rolloutsPerNode how many alternative chunks to try at each output node, at least 0; the
 *     paper's is 1
 * @param seed from which, with a problem's id and the place in its tree, every chunk's seed derives
 */
public record RolloutRequest(
    List<Problem> problems,
    FlowPolicy policy,
    StopJudge judge,
    Verifier verifier,
    FlowOptions options,
    int rolloutsPerNode,
    long seed) {

  /**
   * Checks the values and copies the problems.
   *
   * @throws dev.flowdpo.error.InvalidInputException if {@code rolloutsPerNode} is negative
   */
  public RolloutRequest {
    problems = List.copyOf(problems);
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(judge, "judge");
    Objects.requireNonNull(verifier, "verifier");
    Objects.requireNonNull(options, "options");
    Require.atLeast(0, "rolloutsPerNode", rolloutsPerNode);
  }
}
