package dev.flowdpo.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.data.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** JSON as the commands read and write it. Stateless and thread-safe. */
public final class JsonText {
  private static final int MAX_BYTES = 256 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private JsonText() {}

  /** Returns a record, map or list as one line of JSON. */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Returns the JSON object in the text.
   *
   * @param where the file, and the line where there are several, for the message
   * @throws InvalidInputException if the text is not one JSON object
   */
  public static JsonNode object(String where, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          where + ": expected a JSON object, found malformed JSON: " + e.getOriginalMessage(), e);
    }
    if (!node.isObject()) {
      throw new InvalidInputException(
          where + ": expected a JSON object, found " + (text.isBlank() ? "nothing" : shown(node)));
    }
    return node;
  }

  /**
   * Returns the text of an input file or pipe.
   *
   * @throws InvalidInputException if the file is missing, too large, or not UTF-8 text
   */
  public static String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InvalidInputException(
            file + ": expected a file of at most " + MAX_BYTES + " bytes, found more");
      }
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IOException e) {
      throw new InvalidInputException(
          file + ": expected a JSON file in UTF-8, found " + describe(file, e), e);
    }
  }

  /** Replaces the file with the value in one step, so that nothing leaves half of it. */
  public static void write(Path file, Object value) {
    writeLines(file, List.of(value));
  }

  /** Replaces the file with a line for each value, in one step too. */
  public static void writeLines(Path file, List<?> values) {
    StringBuilder lines = new StringBuilder();
    values.forEach(value -> lines.append(line(value)).append('\n'));
    DurableFile.replace(file, lines.toString());
  }

  /** Returns a value as messages show it, not longer than a line. */
  public static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  /** Returns what stands in the way of reading a file. */
  public static String describe(Path file, IOException e) {
    return Files.notExists(file)
        ? "no such file"
        : Files.isDirectory(file) ? "a folder" : "one that cannot be read (" + e + ")";
  }
}
