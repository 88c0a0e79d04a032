package dev.flowdpo.examples.verifiers;

import dev.flowdpo.Flow;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.List;

/**
 * Where a verifier goes: the rollout sampler asks it about every answer of every branch. A learner
 * does the same by itself, {@code flow.learner().verifier(verifier).build().learn(problems)}.
 *
 * @param flow writes the answers
 * @param problems what to answer
 */
public record Rollouts(Flow flow, List<Problem> problems) {
  private static final long SEED = 42;

  /** Copies the problems. */
  public Rollouts {
    problems = List.copyOf(problems);
  }

  /**
   * Rolls the problems out once, with one alternative chunk and the opposite stop decision at every
   * output node.
   *
   * @param verifier judges all answers
   * @return a tree per problem, with verdicts
   */
  public List<RolloutTree> judgedBy(Verifier verifier) {
    return RolloutSampler.tree()
        .sample(
            RolloutRequest.builder(problems, flow.policy(), flow.judge(), verifier)
                .options(flow.options())
                .rolloutsPerNode(1)
                .seed(SEED)
                .build());
  }
}
