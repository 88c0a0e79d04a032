package dev.flowdpo.cli.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code problems.jsonl} of a run: what the flow made of each problem before it learned
 * from it. A run that goes on after a kill cuts off what came after its checkpoint. Not
 * thread-safe.
 */
final class ProblemLog implements AutoCloseable {
  private final Path file;
  private final List<Row> rows;
  private final BufferedWriter writer;

  /**
   * One problem.
   *
   * @param correct whether the answer was right
   * @param chunks how many chunks it had
   * @param answered whether there was a final answer
   */
  record Row(boolean correct, int chunks, boolean answered) {}

  private ProblemLog(Path file, List<Row> rows, BufferedWriter writer) {
    this.file = file;
    this.rows = rows;
    this.writer = writer;
  }

  /**
   * Opens the file to go on after so many problems.
   *
   * @throws InvalidInputException if it has fewer, or one of these lines is damaged
   */
  static ProblemLog open(Path file, int problems) {
    List<Row> rows = new ArrayList<>();
    try {
      if (Files.exists(file) && problems > 0) {
        for (String line : Files.readAllLines(file)) {
          if (rows.size() < problems) {
            rows.add(row(file + ", line " + (rows.size() + 1), line));
          }
        }
      }
      if (rows.size() < problems) {
        throw new InvalidInputException(
            "%s: expected the %d problems up to the checkpoint, found %d"
                .formatted(file, problems, rows.size()));
      }
      StringBuilder kept = new StringBuilder();
      rows.forEach(row -> kept.append(line(row)));
      Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
      Files.writeString(temporary, kept);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return new ProblemLog(file, rows, Files.newBufferedWriter(file, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw failed(file, e);
    }
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

  private static String line(Row row) {
    return JsonText.line(row) + "\n";
  }

  void add(Row row) {
    rows.add(row);
    try {
      writer.write(line(row));
      writer.flush(); // before a checkpoint can count on it
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  List<Row> rows() {
    return List.copyOf(rows);
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
