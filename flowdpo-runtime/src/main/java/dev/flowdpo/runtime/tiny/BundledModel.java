package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.internal.OwnFiles;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tiny model inside this module's jar: an ordinary model folder, which is unpacked once into
 * this user's own folder, and checked at the first use in a JVM. Thread-safe.
 */
public final class BundledModel {
  /** The files of the model folder. */
  public static final List<String> FILES =
      List.of(
          "config.json",
          "model.safetensors",
          "tokenizer.json",
          "flow.json",
          "tokenizer_config.json",
          "generation_config.json",
          "README.md");

  private BundledModel() {}

  private static @Nullable Path folder;

  /**
   * Returns the folder of the model.
   *
   * @throws FlowException if it cannot be unpacked
   */
  public static synchronized Path folder() {
    if (folder == null) {
      // Adapters name the folder as their base model, so it has the same name every time.
      folder = OwnFiles.resources("flowdpo-tiny", BundledModel.class, "model/", FILES);
    }
    return folder;
  }

  /**
   * Returns the learning options that were measured for this model: rank 8, a pair of learning
   * rates a hundred to two hundred times those of the paper's 8B model, one pair an update of the
   * Answer adapter and four of the Stop adapter. Where stopping and going on are both right nothing
   * is preferred: that is better by two points of progressive accuracy here, and the judge does not
   * drift.
   */
  public static LearnerOptions learnerOptions() {
    return LearnerOptions.builder()
        .rates(rates -> rates.answer(1e-3).stop(5e-4))
        .updates(updates -> updates.pairsPerAnswerUpdate(1).pairsPerStopUpdate(4))
        .rollouts(rollouts -> rollouts.problemsPerGroup(32).rolloutsPerNode(1))
        .lora(lora -> lora.dropout(0))
        .pairs(pairs -> pairs.preferEarlierStopOnTie(false))
        .build();
  }

  /**
   * Returns the session settings that were measured for this model: one thread, because its
   * matrices are too small to share. Two learners beside each other on two cores learn 2.4 times as
   * fast as one on both. Every graph packs the weights, which take three megabytes.
   */
  public static SessionSettings sessionSettings() {
    return SessionSettings.defaults().withThreads(1).withPacking(WeightPacking.ALL);
  }

  /**
   * Returns the options that were measured for training this model on traces or pairs: rank 8, two
   * epochs of 16 examples a step.
   */
  public static TrainerOptions trainerOptions() {
    return TrainerOptions.builder()
        .batch(16)
        .accumulation(1)
        .epochs(2)
        .learningRate(2e-3)
        .lora(lora -> lora.rank(8).alpha(8).dropout(0))
        .build();
  }
}
