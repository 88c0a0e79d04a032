package dev.flowdpo.cli.solving;

import dev.flowdpo.cli.output.BoundedLines;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rows of a JSON-lines file, read one at a time however long the file is. All rows are checked
 * before the first one is handed out, so that a bad one ends the command before it prints anything.
 * What is no regular file, a pipe for example, is kept in memory. Not thread-safe.
 */
final class VerifyFile {
  private final Path file;
  private final Source source;
  private final long rows;

  private interface Source {
    BufferedReader open() throws IOException;
  }

  /**
   * Checks the file.
   *
   * @throws InvalidInputException if it is missing, not UTF-8 or empty, or one of its rows is bad
   */
  VerifyFile(Path file) {
    this.file = file;
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      String text = JsonText.read(file);
      this.source = () -> new BufferedReader(new StringReader(text));
    } else {
      this.source = () -> Files.newBufferedReader(file);
    }
    long[] count = {0};
    forEach(row -> count[0]++);
    this.rows = count[0];
    if (rows == 0) {
      throw new InvalidInputException(
          file
              + ": expected at least one row {\"gold\",\"pred\"} or"
              + " {\"gold_answer_text\",\"solution\"}, found none");
    }
  }

  long rows() {
    return rows;
  }

  /** Hands out the rows in their order; blank lines are none. */
  void forEach(Consumer<VerifyRow> consumer) {
    long number = 0;
    try (BufferedReader reader = source.open()) {
      BoundedLines lines = new BoundedLines(reader, file.toString(), BoundedLines.MAX_CHARACTERS);
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        number = lines.number();
        if (!line.get().isBlank()) {
          consumer.accept(VerifyRow.of(file + ", line " + number, number, line.get()));
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          file + ": expected text in UTF-8, found other bytes after line " + number, e);
    } catch (IOException e) {
      throw new InvalidInputException(
          file + ": expected a JSON-lines file, found " + JsonText.describe(file, e), e);
    }
  }
}
