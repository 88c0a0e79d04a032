package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.cli.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The folder of an experiment: {@code experiment.json} says which one it is and how it is set, so
 * that another is not mistaken for it; {@code runs/} holds what can be resumed; the rest is made
 * anew from these. Immutable.
 *
 * @param path the folder
 */
record ExperimentFolder(Path path) {
  private static final String SETTINGS = "experiment.json";
  private static final List<String> OWN =
      List.of(
          "runs",
          "tables",
          "plots",
          "report.html",
          "trees.jsonl",
          "results.jsonl",
          ComparisonFile.NAME,
          WinRateResult.FILE,
          SETTINGS);

  /** What to do where the folder holds an experiment already. */
  enum Existing {
    REFUSE,
    RESUME,
    REPLACE
  }

  /**
   * Opens the folder, and makes it where it does not exist.
   *
   * @param settings what must be the same where it is resumed
   * @throws InvalidInputException if it holds an experiment and that is to be refused, or another
   *     one is to be resumed
   */
  static ExperimentFolder open(Path path, Map<String, String> settings, Existing existing) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new InvalidInputException(
          path + ": expected a folder for the experiment, or nothing yet, found a file");
    }
    Path file = path.resolve(SETTINGS);
    try {
      Files.createDirectories(path);
      if (Files.exists(file)) {
        switch (existing) {
          case REFUSE ->
              throw new InvalidInputException(
                  path
                      + ": expected a folder without an experiment, found one; go on with it by"
                      + " --resume, replace it by --overwrite, or choose another folder");
          case RESUME -> check(file, settings);
          case REPLACE -> clear(path);
        }
      }
      JsonText.write(file, settings);
      return new ExperimentFolder(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static void check(Path file, Map<String, String> settings) {
    JsonNode before = JsonText.object(file.toString(), JsonText.read(file));
    settings.forEach(
        (name, value) -> {
          String was = before.path(name).asText("nothing");
          if (!was.equals(value)) {
            throw new InvalidInputException(
                "%s: \"%s\": expected %s as now given, found %s; resume with the options it began with"
                    .formatted(file, name, value, was));
          }
        });
  }

  /** Deletes an earlier experiment, its settings last, so that a killed clearing is still seen. */
  private static void clear(Path path) throws IOException {
    for (String name : OWN) {
      Path own = path.resolve(name);
      if (Files.exists(own)) {
        MoreFiles.deleteRecursively(own, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }
}
