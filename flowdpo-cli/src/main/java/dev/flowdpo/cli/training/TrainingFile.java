package dev.flowdpo.cli.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.JsonLinesFile;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.training.TrainerListener;
import dev.flowdpo.runtime.training.TrainingLoss;
import java.nio.file.Path;
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

  private final JsonLinesFile lines;

  private TrainingFile(JsonLinesFile lines) {
    this.lines = lines;
  }

  /**
   * Opens the file to go on after a step: lines of later steps are cut off, and so is half a line
   * at the end.
   *
   * @param step the last step of the checkpoint; 0 empties the file
   */
  static TrainingFile open(Path file, int step) {
    List<String> kept =
        step == 0
            ? List.of()
            : JsonLinesFile.lines(file).stream().filter(line -> step(line) <= step).toList();
    return new TrainingFile(JsonLinesFile.open(file, kept));
  }

  /** Returns the rows of a file. */
  static List<JsonNode> read(Path file) {
    return JsonLinesFile.lines(file).stream()
        .map(line -> JsonText.object(file.toString(), line))
        .toList();
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
    lines.add(row);
  }

  /** Appends a measurement. */
  void add(int step, TrainingLoss.Figures figures) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(STEP, step);
    row.put("eval_loss", figures.loss());
    figures.means().forEach((name, mean) -> row.put("eval_" + name, mean));
    lines.add(row);
  }

  @Override
  public void close() {
    lines.close();
  }
}
