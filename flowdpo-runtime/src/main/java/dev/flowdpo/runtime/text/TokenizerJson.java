package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.flowdpo.error.InvalidInputException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a {@code tokenizer.json} is JSON before native code reads it, which ends the whole
 * process on some of what it cannot parse: malformed JSON, more than 127 levels, numbers beyond
 * doubles, halves of surrogate pairs. Stateless and thread-safe.
 */
final class TokenizerJson {
  private static final int MAX_DEPTH = 100;

  // A table of a hundred thousand names is no use to other parsers.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private TokenizerJson() {}

  /** {@return a parser of the content} */
  static JsonParser parser(byte[] json) throws IOException {
    return JSON.createParser(json);
  }

  /**
   * Reads everything once.
   *
   * @throws InvalidInputException if the content is not one JSON object that native code can read
   */
  static void check(Path file, byte[] json) {
    try (JsonParser parser = parser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidInputException(
            file + ": tokenizer: expected a JSON object, found something else");
      }
      int depth = 1;
      for (@Nullable JsonToken token = parser.nextToken();
          token != null;
          token = parser.nextToken()) {
        if (depth == 0) {
          throw new InvalidInputException(file + ": expected one JSON object, found more after it");
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        check(file, parser, token);
      }
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected a tokenizer, found malformed JSON: " + e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  private static void check(Path file, JsonParser parser, JsonToken token) throws IOException {
    boolean text = token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
    if (text && hasHalfPair(parser.getText())) {
      throw new InvalidInputException(
          file + ": expected whole characters in strings, found half of a surrogate pair");
    }
    if (token.isNumeric() && !Double.isFinite(parser.getDoubleValue())) {
      throw new InvalidInputException(
          file + ": expected numbers that a double holds, found " + parser.getText());
    }
  }

  private static boolean hasHalfPair(String text) {
    return text.codePoints().anyMatch(c -> c <= 0xFFFF && Character.isSurrogate((char) c));
  }
}
