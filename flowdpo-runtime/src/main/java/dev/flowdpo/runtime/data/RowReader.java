package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.AbstractIterator;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * The rows of a data file, one at a time, each of which can be found again by where it starts. Not
 * thread-safe.
 */
abstract class RowReader extends AbstractIterator<JsonRow> {
  private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.US_ASCII);

  static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Returns the next row, of which there must be one. */
  final JsonRow nextRow() {
    return Objects.requireNonNull(next());
  }

  /** Returns the byte at which the row given last starts. */
  abstract long start();

  /** Returns the number of the row given last, from 1, as its place counts. */
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
    refuseParquet(file);
    return file;
  }

  /** A reader of Parquet would bring Hadoop along; a line of Python converts the file. */
  private static void refuseParquet(Path file) {
    byte[] begin;
    try (InputStream bytes = Files.newInputStream(file)) {
      begin = bytes.readNBytes(PARQUET.length);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
    if (Arrays.equals(begin, PARQUET)) {
      throw new InvalidInputException(
          ("%s: expected JSON, found a Parquet file; convert it: python -c \"import pandas;"
                  + " pandas.read_parquet('%s').to_json('data.jsonl', orient='records', lines=True)\"")
              .formatted(file, file.getFileName()));
    }
  }
}
