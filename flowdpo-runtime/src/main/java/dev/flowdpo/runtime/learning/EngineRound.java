package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.RolloutOptions;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.spi.LearnerSetup;
import java.nio.file.Path;

/** A round of this engine's learner. Immutable and thread-safe. */
record EngineRound(
    LearnerSetup setup, RolloutRequest request, AdapterVersions.Version live, LoadedModel model)
    implements RolloutRound {

  @Override
  public RolloutSampler sampler() {
    return setup.sampler();
  }

  @Override
  public long version() {
    return live.about().number();
  }

  @Override
  public RolloutOptions options() {
    return setup.options().rollouts();
  }

  @Override
  public boolean engineModels() {
    return setup.enginePolicy() && setup.engineJudge();
  }

  @Override
  public String modelDigest() {
    return model.digest().get();
  }

  @Override
  public void writeAdapters(Path folder) {
    live.snapshots()
        .forEach(
            (role, adapter) -> {
              if (adapter.changesModel()) {
                PeftAdapters.write(
                    folder.resolve(role.folderName()), adapter.weights(), model.name());
              }
            });
  }
}
