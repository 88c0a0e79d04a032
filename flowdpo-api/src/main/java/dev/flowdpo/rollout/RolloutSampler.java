package dev.flowdpo.rollout;

import java.util.List;

/**
 * Explores a mini-batch of problems: decides what is tried beside the path that the flow takes.
 * Implementations are thread-safe.
 */
@FunctionalInterface
public interface RolloutSampler {

  /**
   * Rolls out every problem under one version of the policy and of the judge.
   *
   * @return one tree per problem, in the same order
   * @throws dev.flowdpo.error.FlowException if the policy or the judge fails; a failing verifier is
   *     no error but an unknown verdict
   */
  List<RolloutTree> sample(RolloutRequest request);

  /** {@return the paper's sampler, a {@link TreeRolloutSampler}} */
  static RolloutSampler tree() {
    return new TreeRolloutSampler();
  }
}
