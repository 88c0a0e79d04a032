package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The rows of a file that is one JSON array of objects. Not thread-safe. */
final class JsonArrayReader extends RowReader {
  private final Path file;
  private final JsonParser parser;
  private int number;
  private long start;

  /**
   * Reads from the first row on.
   *
   * @throws InvalidInputException if there is no such file or it holds no array
   */
  JsonArrayReader(Path file) {
    this.file = checked(file);
    try {
      this.parser = JSON.createParser(new BlockInputStream(file, 0, BlockInputStream.WHOLE_FILE));
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new InvalidInputException(file + ": expected a JSON array of objects");
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Returns the row at a byte and a number that {@link #start} and {@link #number} gave. */
  static JsonRow at(Path file, long start, int number) {
    String place = place(number);
    try (JsonParser parser =
        JSON.createParser(new BlockInputStream(file, start, BlockInputStream.ONE_ROW))) {
      parser.nextToken();
      return new JsonRow(file, place, object(file, place, parser));
    } catch (IOException e) {
      throw new InvalidInputException(file + ", " + place + ": has changed while it was read", e);
    }
  }

  @Override
  long start() {
    return start;
  }

  @Override
  int number() {
    return number;
  }

  @Override
  protected @Nullable JsonRow computeNext() {
    try {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        if (parser.nextToken() != null) {
          throw new InvalidInputException(
              file + ": expected one JSON array, found more after row " + number);
        }
        return endOfData();
      }
      number++;
      start = parser.currentTokenLocation().getByteOffset();
      return new JsonRow(file, place(number), object(file, place(number), parser));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static ObjectNode object(Path file, String place, JsonParser parser) throws IOException {
    if (JSON.readTree(parser) instanceof ObjectNode object) {
      return object;
    }
    throw new InvalidInputException(
        file + ", " + place + ": expected a JSON object, found another value");
  }

  private static String place(int number) {
    return "row " + number;
  }

  private InvalidInputException failed(IOException e) {
    return new InvalidInputException(
        e instanceof JsonProcessingException json
            ? "%s, row %d: expected a JSON object in an array, found malformed JSON: %s"
                .formatted(file, Math.max(1, number), json.getOriginalMessage())
            : file + ": cannot be read: " + e,
        e);
  }
}
