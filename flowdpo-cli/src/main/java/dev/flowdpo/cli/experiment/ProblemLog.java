package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.JsonLinesFile;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code problems.jsonl} of a run: what the flow made of each problem before it learned
 * from it. A run that goes on after a kill cuts off what came after its checkpoint. Not
 * thread-safe.
 */
final class ProblemLog implements AutoCloseable {
  private final List<Row> rows;
  private final JsonLinesFile lines;

  /**
   * One problem.
   *
   * @param correct whether the answer was right
   * @param chunks how many chunks it had
   * @param answered whether there was a final answer
   */
  record Row(boolean correct, int chunks, boolean answered) {}

  private ProblemLog(List<Row> rows, JsonLinesFile lines) {
    this.rows = rows;
    this.lines = lines;
  }

  /**
   * Opens the file to go on after so many problems.
   *
   * @throws InvalidInputException if it has fewer, or one of these lines is damaged
   */
  static ProblemLog open(Path file, int problems) {
    List<String> kept = JsonLinesFile.lines(file).stream().limit(problems).toList();
    List<Row> rows = new ArrayList<>();
    for (String line : kept) {
      rows.add(row(file + ", line " + (rows.size() + 1), line));
    }
    if (rows.size() < problems) {
      throw new InvalidInputException(
          "%s: expected the %d problems up to the checkpoint, found %d"
              .formatted(file, problems, rows.size()));
    }
    return new ProblemLog(rows, JsonLinesFile.open(file, kept));
  }

  private static Row row(String where, String line) {
    JsonNode json = JsonText.object(where, line);
    JsonNode correct = json.path("correct");
    JsonNode chunks = json.path("chunks");
    JsonNode answered = json.path("answered");
    if (!correct.isBoolean() || !chunks.isInt() || !answered.isBoolean()) {
      throw new InvalidInputException(
          where
              + ": expected true or false as \"correct\" and \"answered\", and a whole number as"
              + " \"chunks\", found "
              + line);
    }
    return new Row(correct.booleanValue(), chunks.intValue(), answered.booleanValue());
  }

  void add(Row row) {
    rows.add(row);
    lines.add(row);
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  @Override
  public void close() {
    lines.close();
  }
}
