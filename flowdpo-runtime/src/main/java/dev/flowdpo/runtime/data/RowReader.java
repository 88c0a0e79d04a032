package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.flowdpo.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a data file, one at a time, each of which can be found again by where it starts. Not
 * thread-safe.
 */
abstract class RowReader implements Iterator<JsonRow> {
  static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private @Nullable JsonRow ahead;
  private boolean ended;

  /** Returns the next row, or null at the end. */
  abstract @Nullable JsonRow read();

  @Override
  public final boolean hasNext() {
    if (ahead == null && !ended) {
      ahead = read();
      ended = ahead == null;
    }
    return ahead != null;
  }

  @Override
  public final JsonRow next() {
    JsonRow row = hasNext() ? ahead : null;
    if (row == null) {
      throw new NoSuchElementException("no row is left");
    }
    ahead = null;
    return row;
  }

  /** Returns the byte at which the row read last starts. */
  abstract long start();

  /** Returns the number of the row read last, from 1, as its place counts. */
  abstract int number();

  /**
   * Says whether the file is one JSON array: whether its first byte that is no blank is a bracket.
   *
   * @throws InvalidInputException if there is no such file
   */
  static boolean isArray(Path file) {
    BlockInputStream bytes = new BlockInputStream(checked(file), 0, BlockInputStream.ONE_ROW);
    try {
      int first = bytes.read();
      while (first == 0xEF || first == 0xBB || first == 0xBF || Character.isWhitespace(first)) {
        first = bytes.read();
      }
      return first == '[';
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  static Path checked(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s: expected a file with a JSON object a line, found %s"
              .formatted(file, Files.isDirectory(file) ? "a folder" : "no such file"));
    }
    return file;
  }
}
