package dev.flowdpo.rollout;

import dev.flowdpo.testing.contract.RolloutSamplerContract;

class TreeRolloutSamplerContractTest extends RolloutSamplerContract {
  @Override
  protected RolloutSampler sampler() {
    return RolloutSampler.tree();
  }
}
