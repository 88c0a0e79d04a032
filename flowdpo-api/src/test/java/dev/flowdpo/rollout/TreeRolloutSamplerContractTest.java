package dev.flowdpo.rollout;

import dev.flowdpo.testing.contract.RolloutSamplerContract;

/** The paper's sampler keeps the contract of samplers. */
class TreeRolloutSamplerContractTest extends RolloutSamplerContract {
  @Override
  protected RolloutSampler sampler() {
    return RolloutSampler.tree();
  }
}
