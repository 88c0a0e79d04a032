package dev.flowdpo.cli.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.training.TrainerListener;
import dev.flowdpo.runtime.training.TrainingLoss;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code training.jsonl}: a JSON object a step, and one a measurement on held-out
 * examples, with the names that TRL's trainers use. A line is written before the checkpoint that
 * holds its step. Holds no times: equal trainings write equal files. Not thread-safe.
 */
final class TrainingFile implements AutoCloseable {
  private static final String STEP = "step";

  private final Path file;
  private final BufferedWriter writer;

  private TrainingFile(Path file, BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /**
   * Opens the file to go on after a step: lines of later steps are cut off, and so is half a line
   * at the end.
   *
   * @param step the last step of the checkpoint; 0 empties the file
   */
  static TrainingFile open(Path file, int step) {
    try {
      StringBuilder kept = new StringBuilder();
      if (step > 0) {
        for (String line : lines(file)) {
          if (step(line) <= step) {
            kept.append(line).append('\n');
          }
        }
      }
      Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
      Files.writeString(temporary, kept);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return new TrainingFile(
          file, Files.newBufferedWriter(file, StandardOpenOption.APPEND, StandardOpenOption.DSYNC));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Returns the rows of a file. */
  static List<JsonNode> read(Path file) {
    try {
      List<JsonNode> rows = new ArrayList<>();
      for (String line : lines(file)) {
        rows.add(JsonText.object(file.toString(), line));
      }
      return rows;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Reads a byte a character, as a killed process may leave half of one; all is ASCII here. */
  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
  }

  private static int step(String line) {
    try {
      return JsonText.object("training", line).path(STEP).asInt(Integer.MAX_VALUE);
    } catch (InvalidInputException e) {
      return Integer.MAX_VALUE; // the process was killed while it wrote this line
    }
  }

  /** Appends a step. */
  void add(TrainerListener.Step step) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(STEP, step.step());
    row.put("epoch", step.epoch());
    row.put("loss", step.figures().loss());
    row.putAll(step.figures().means());
    row.put("grad_norm", step.gradientNorm());
    row.put("learning_rate", step.learningRate());
    write(row);
  }

  /** Appends a measurement. */
  void add(int step, TrainingLoss.Figures figures) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(STEP, step);
    row.put("eval_loss", figures.loss());
    figures.means().forEach((name, mean) -> row.put("eval_" + name, mean));
    write(row);
  }

  private void write(Map<String, Object> row) {
    try {
      writer.write(JsonText.line(row) + "\n");
      writer.flush();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static UncheckedIOException failed(Path file, IOException e) {
    return new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
  }
}
