package dev.flowdpo.runtime.tiny;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The tiny model inside this module's jar: an ordinary model folder, which is copied to a temporary
 * folder at first use in a JVM and deleted at its end. Thread-safe.
 */
public final class BundledModel {
  /** The files of the model folder. */
  public static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "flow.json", "README.md");

  private BundledModel() {}

  private static final class Holder {
    static final Path FOLDER = copy();
  }

  /**
   * Returns the folder of the model.
   *
   * @throws FlowException if it cannot be copied
   */
  public static Path folder() {
    return Holder.FOLDER;
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

  private static Path copy() {
    try {
      Path temporary = Files.createTempDirectory("flowdpo");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(temporary)));
      // Adapters name the folder as their base model, so it has the same name every time.
      Path folder = Files.createDirectory(temporary.resolve("flowdpo-tiny"));
      for (String file : FILES) {
        Path target = folder.resolve(file);
        try (InputStream resource = BundledModel.class.getResourceAsStream("model/" + file)) {
          if (resource == null) {
            throw new FlowException("The bundled model has no " + file + " on the class path");
          }
          Files.copy(resource, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new FlowException("The bundled model cannot be copied: " + e.getMessage(), e);
    }
  }

  /** Deletes the copy with what was made beside it, such as quantised weights. */
  private static void delete(Path folder) {
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      // Some systems keep files that are mapped; their temporary folder is theirs to clean.
    }
  }
}
