package dev.flowdpo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The folder of a learning run: the adapters in {@code answer/} and {@code stop/}, the learner's
 * state in {@code checkpoint/}, {@code metrics.jsonl}, {@code pairs.jsonl}, {@code
 * progressive-validation.png}, {@code result.json}, and {@code run.json}, which tells what the run
 * is, so that another one is not mistaken for it. Not thread-safe.
 */
final class RunFolder {
  private static final String HELD_OUT_BEFORE = "heldOutBefore";
  private static final List<String> OWN =
      List.of(
          "run.json",
          "checkpoint",
          "metrics.jsonl",
          "pairs.jsonl",
          "traces.jsonl",
          "messages.jsonl",
          "collection.json",
          "trainer.safetensors",
          "training.jsonl",
          "result.json",
          "answer",
          "stop");

  /** What to do where the folder holds a run already. */
  enum Existing {
    REFUSE,
    RESUME,
    REPLACE
  }

  private final Path folder;
  private final Map<String, String> settings;
  private OptionalDouble heldOutBefore = OptionalDouble.empty();
  private final boolean resumed;

  /**
   * Opens the folder, and makes it where it does not exist.
   *
   * @param settings what makes this run different from others
   * @throws InvalidInputException if the folder holds a run and that is to be refused, or a run
   *     with other settings is to be resumed
   */
  RunFolder(Path folder, Map<String, String> settings, Existing existing) {
    this.folder = folder;
    this.settings = new LinkedHashMap<>(settings);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder + ": expected a folder for the run, or nothing yet, found a file");
    }
    try {
      Files.createDirectories(folder);
      if (Files.exists(runFile()) && existing == Existing.REFUSE) {
        throw new InvalidInputException(
            folder
                + ": expected a folder without a run, found one; go on with it by --resume, replace"
                + " it by --overwrite, or choose another folder");
      }
      this.resumed = Files.exists(runFile()) && existing == Existing.RESUME;
      if (resumed) {
        readRun();
      } else {
        if (Files.exists(runFile())) {
          clear();
        }
        writeRun();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Says whether there is a state of the learner to go on from. */
  boolean hasCheckpoint() {
    return resumed && Files.exists(checkpoint().resolve("latest"));
  }

  Path folder() {
    return folder;
  }

  Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  Path pairs() {
    return folder.resolve("pairs.jsonl");
  }

  Path chart() {
    return folder.resolve("progressive-validation.png");
  }

  Path result() {
    return folder.resolve("result.json");
  }

  /** Says whether an earlier run in the folder goes on. */
  boolean isResumed() {
    return resumed;
  }

  Path traces() {
    return folder.resolve("traces.jsonl");
  }

  Path messages() {
    return folder.resolve("messages.jsonl");
  }

  Path collection() {
    return folder.resolve("collection.json");
  }

  Path trainer() {
    return folder.resolve("trainer.safetensors");
  }

  Path training() {
    return folder.resolve("training.jsonl");
  }

  Path trainingChart() {
    return folder.resolve("training.png");
  }

  /** Returns the accuracy before learning, if the run that is resumed had measured it. */
  OptionalDouble heldOutBefore() {
    return heldOutBefore;
  }

  /** Keeps the accuracy before learning, which cannot be measured later. */
  void heldOutBefore(double accuracy) {
    heldOutBefore = OptionalDouble.of(accuracy);
    writeRun();
  }

  private Path runFile() {
    return folder.resolve("run.json");
  }

  private void writeRun() {
    Map<String, Object> json = new LinkedHashMap<>(settings);
    heldOutBefore.ifPresent(accuracy -> json.put(HELD_OUT_BEFORE, accuracy));
    JsonText.write(runFile(), json);
  }

  private void readRun() {
    JsonNode run = JsonText.object(runFile().toString(), JsonText.read(runFile()));
    settings.forEach(
        (name, value) -> {
          String before = run.path(name).asText();
          if (!before.equals(value)) {
            throw new InvalidInputException(
                "%s: \"%s\": expected %s as now given, found %s; resume a run with the options it began with"
                    .formatted(runFile(), name, value, before));
          }
        });
    if (run.path(HELD_OUT_BEFORE).isNumber()) {
      heldOutBefore = OptionalDouble.of(run.path(HELD_OUT_BEFORE).asDouble());
    }
  }

  /** Deletes an earlier run, run.json last, so that a killed clearing is still seen as a run. */
  private void clear() throws IOException {
    for (int i = OWN.size() - 1; i >= 0; i--) {
      Path own = folder.resolve(OWN.get(i));
      if (Files.exists(own)) {
        MoreFiles.deleteRecursively(own, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }
}
