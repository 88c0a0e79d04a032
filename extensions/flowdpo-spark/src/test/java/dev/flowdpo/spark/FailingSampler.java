package dev.flowdpo.spark;

import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import java.io.Serializable;
import java.util.List;

/**
 * The paper's sampler, but on two problems it fails whatever is done: on one as samplers fail, on
 * the other so that the whole task fails.
 */
record FailingSampler(String throwing, String poison) implements RolloutSampler, Serializable {
  @Override
  public List<RolloutTree> sample(RolloutRequest request) {
    if (request.problems().stream().anyMatch(p -> p.id().equals(poison))) {
      throw new AssertionError("poison");
    }
    if (request.problems().stream().anyMatch(p -> p.id().equals(throwing))) {
      throw new IllegalStateException("not this one");
    }
    return RolloutSampler.tree().sample(request);
  }
}
