package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AppendedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Appends rows to a JSON-lines file. A group of rows is on the disk when {@link #write} returns, so
 * a process that is killed leaves whole groups and at most one cut off. Not thread-safe.
 */
final class JsonLinesWriter implements AutoCloseable {
  private final Path file;
  private final AppendedFile lines;
  private boolean closed;

  private JsonLinesWriter(Path file, AppendedFile lines) {
    this.file = file;
    this.lines = lines;
  }

  /**
   * Opens the file to go on after its first rows; whatever follows them is cut off. The folder and
   * the file are made where they do not exist.
   *
   * @param rows how many rows to keep; 0 begins anew
   * @throws InvalidInputException if the file has fewer whole rows
   * @throws FlowException if it cannot be written
   */
  static JsonLinesWriter after(int rows, Path file) {
    try {
      long kept = rows == 0 ? 0 : endOf(rows, file);
      return new JsonLinesWriter(file, AppendedFile.after(kept, file));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Returns the byte after the line feed of the row; lines that hold nothing are no rows. */
  private static long endOf(int rows, Path file) throws IOException {
    long position = 0;
    int found = 0;
    if (Files.exists(file)) {
      BlockInputStream bytes = new BlockInputStream(file, 0, BlockInputStream.WHOLE_FILE);
      boolean blank = true;
      for (int next = bytes.read(); next >= 0; next = bytes.read()) {
        position++;
        if (next != '\n') {
          blank = blank && Character.isWhitespace(next);
        } else if (!blank) {
          blank = true;
          found++;
          if (found == rows) {
            return position;
          }
        }
      }
    }
    throw new InvalidInputException(
        "%s: expected the %d rows that were written before, found %d; the file is not the one of this run"
            .formatted(file, rows, found));
  }

  /**
   * Appends the rows. Text that is not valid Unicode is written with question marks.
   *
   * @throws FlowClosedException if this writer is closed
   * @throws FlowException if the file cannot be written
   */
  void write(List<ObjectNode> rows) {
    if (closed) {
      throw new FlowClosedException(file + ": the writer is closed");
    }
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(row).append('\n'));
    try {
      lines.append(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Ends writing; calls after the first do nothing. */
  @Override
  public void close() {
    closed = true;
  }

  private static FlowException failed(Path file, IOException e) {
    return new FlowException(file + ": cannot be written: " + e, e);
  }
}
