package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Appends rows to a JSON-lines file. A group of rows is on the disk when {@link #write} returns, so
 * a process that is killed leaves whole groups and at most one cut off. The file is open only while
 * a group is written, and an interrupt of the thread spoils nothing. Not thread-safe.
 */
final class JsonLinesWriter implements AutoCloseable {
  private final Path file;
  private long end;
  private boolean closed;

  private JsonLinesWriter(Path file, long end) {
    this.file = file;
    this.end = end;
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
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      long kept = rows == 0 ? 0 : endOf(rows, file);
      try (RandomAccessFile open = open(file)) {
        open.setLength(kept);
      }
      return new JsonLinesWriter(file, kept);
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
    StringBuilder lines = new StringBuilder();
    rows.forEach(row -> lines.append(row).append('\n'));
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    try {
      try (RandomAccessFile open = open(file)) {
        open.seek(end);
        open.write(bytes);
      }
      end += bytes.length;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Ends writing; calls after the first do nothing. */
  @Override
  public void close() {
    closed = true;
  }

  /** Opens a file whose writes reach the disk; not a channel, which an interrupt would close. */
  private static RandomAccessFile open(Path file) throws IOException {
    return new RandomAccessFile(file.toFile(), "rwd");
  }

  private static FlowException failed(Path file, IOException e) {
    return new FlowException(file + ": cannot be written: " + e, e);
  }
}
