package dev.flowdpo.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file {@code metrics.jsonl} of a run: a JSON object per update, with the names that TRL's DPO
 * trainer uses. A line is on the disk before the learner goes on, so a checkpoint never knows of an
 * update that the file does not. Holds no times: equal runs write equal files. Not thread-safe.
 */
public final class MetricsFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private MetricsFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens the file to go on from where the learner stands: lines of later updates, which a killed
   * run wrote after its last checkpoint, are cut off, and so is half a line at the end.
   *
   * @param from where the learner stands; {@link LearningProgress#NONE} empties the file
   * @throws InvalidInputException if lines of the updates before are missing
   */
  public static MetricsFile open(Path file, LearningProgress from) {
    try {
      StringBuilder kept = new StringBuilder();
      int lines = 0;
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          if (belongs(line, from)) {
            kept.append(line).append('\n');
            lines++;
          }
        }
      }
      if (lines != from.answerUpdates() + from.stopUpdates()) {
        throw new InvalidInputException(
            "%s: expected the %d updates up to the checkpoint, found %d of them; the file is not the one of this run"
                .formatted(file, from.answerUpdates() + from.stopUpdates(), lines));
      }
      Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
      Files.writeString(temporary, kept);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return new MetricsFile(
          file, FileChannel.open(file, StandardOpenOption.APPEND, StandardOpenOption.DSYNC));
    } catch (IOException e) {
      throw failed(file, e);
    }
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
    try {
      String line = JsonText.line(row) + "\n";
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static UncheckedIOException failed(Path file, IOException e) {
    return new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
  }
}
