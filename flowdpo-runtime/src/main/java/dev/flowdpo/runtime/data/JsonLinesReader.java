package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a JSON-lines file, one at a time: an object a line, in UTF-8, with or without a
 * byte-order mark, with line feeds alone or after carriage returns. Blank lines are skipped. Not
 * thread-safe.
 */
final class JsonLinesReader extends RowReader {
  /** The longest line that is read. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private static final ObjectReader ONE_VALUE =
      JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Path file;
  private final BlockInputStream bytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int number;
  private long next;
  private long start;

  /**
   * Reads from the first line on.
   *
   * @throws InvalidInputException if there is no such file
   */
  JsonLinesReader(Path file) {
    this(file, 0, 0, BlockInputStream.WHOLE_FILE);
  }

  private JsonLinesReader(Path file, long position, int linesBefore, int blockSize) {
    this.file = checked(file);
    this.bytes = new BlockInputStream(file, position, blockSize);
    this.next = position;
    this.number = linesBefore;
  }

  /** Reads from a row on, whose {@link #start} and {@link #number} are known. */
  static JsonLinesReader at(Path file, long start, int number) {
    return new JsonLinesReader(file, start, number - 1, BlockInputStream.ONE_ROW);
  }

  @Override
  long start() {
    return start;
  }

  /** Returns the number of the line given last, from 1. */
  @Override
  int number() {
    return number;
  }

  @Override
  protected @Nullable JsonRow computeNext() {
    try {
      while (readLine()) {
        String text = text();
        if (!text.isBlank()) {
          return new JsonRow(file, "line " + number, object(text));
        }
      }
      return endOfData();
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  /** Reads up to a line feed or the end; false where nothing is left. */
  private boolean readLine() throws IOException {
    line.reset();
    start = next;
    number++;
    int count = bytes.readLine(line, MAX_LINE_BYTES + 1);
    next += count;
    if (count > MAX_LINE_BYTES) {
      throw new InvalidInputException(
          at()
              + "expected a JSON object of at most "
              + MAX_LINE_BYTES
              + " bytes in one line, found more");
    }
    return count > 0;
  }

  private String text() {
    byte[] content = line.toByteArray();
    int from = start == 0 && startsWithMark(content) ? BYTE_ORDER_MARK.length : 0;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content, from, content.length - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(at() + "expected UTF-8 text, found other bytes", e);
    }
  }

  private static boolean startsWithMark(byte[] content) {
    return content.length >= BYTE_ORDER_MARK.length
        && content[0] == BYTE_ORDER_MARK[0]
        && content[1] == BYTE_ORDER_MARK[1]
        && content[2] == BYTE_ORDER_MARK[2];
  }

  private ObjectNode object(String text) {
    JsonNode value;
    try {
      value = ONE_VALUE.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          at() + "expected a JSON object, found malformed JSON: " + e.getOriginalMessage(), e);
    }
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw new InvalidInputException(at() + "expected a JSON object, found " + JsonRow.shown(value));
  }

  private String at() {
    return file + ", line " + number + ": ";
  }
}
