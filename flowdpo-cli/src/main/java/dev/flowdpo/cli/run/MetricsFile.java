package dev.flowdpo.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code metrics.jsonl} of a run: a JSON object per update, with the names that TRL's DPO
 * trainer uses. A line is on the disk before the learner goes on, so a checkpoint never knows of an
 * update that the file does not. Holds no times: equal runs write equal files. Not thread-safe.
 */
public final class MetricsFile implements AutoCloseable {
  private final JsonLinesFile lines;

  private MetricsFile(JsonLinesFile lines) {
    this.lines = lines;
  }

  /**
   * Opens the file to go on from where the learner stands: lines of later updates, which a killed
   * run wrote after its last checkpoint, are cut off, and so is half a line at the end.
   *
   * @param from where the learner stands; {@link LearningProgress#NONE} empties the file
   * @throws InvalidInputException if lines of the updates before are missing
   */
  public static MetricsFile open(Path file, LearningProgress from) {
    List<String> kept =
        JsonLinesFile.lines(file).stream().filter(line -> belongs(line, from)).toList();
    int updates = from.answerUpdates() + from.stopUpdates();
    if (kept.size() != updates) {
      throw new InvalidInputException(
          "%s: expected the %d updates up to the checkpoint, found %d of them; the file is not the one of this run"
              .formatted(file, updates, kept.size()));
    }
    return new MetricsFile(JsonLinesFile.open(file, kept));
  }

  private static boolean belongs(String line, LearningProgress from) {
    try {
      JsonNode row = JsonText.object("metrics", line);
      int updates =
          row.path("role").asText().equals(AdapterRole.ANSWER.folderName())
              ? from.answerUpdates()
              : from.stopUpdates();
      return row.path("update").asInt(Integer.MAX_VALUE) <= updates;
    } catch (InvalidInputException e) {
      return false; // the process was killed while it wrote this line
    }
  }

  /** Appends an update and where the learner stands with it. */
  public void add(UpdateMetrics metrics, LearningProgress progress) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("role", metrics.role().folderName());
    row.put("update", metrics.update());
    row.put("problems", progress.problems());
    row.put("pairs", metrics.pairs());
    row.put("loss", metrics.loss());
    row.put("rewards/chosen", metrics.rewardsChosen());
    row.put("rewards/rejected", metrics.rewardsRejected());
    row.put("rewards/margins", metrics.rewardsMargin());
    row.put("rewards/accuracies", metrics.rewardsAccuracy());
    row.put("logps/chosen", metrics.logpsChosen());
    row.put("logps/rejected", metrics.logpsRejected());
    row.put("grad_norm", metrics.gradientNorm());
    row.put("learning_rate", metrics.learningRate());
    row.put("progressive_accuracy", progress.progressiveAccuracy());
    row.put("verifier_failures", progress.verifierFailures());
    lines.add(row);
  }

  @Override
  public void close() {
    lines.close();
  }
}
