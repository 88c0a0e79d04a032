package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON of bounded depth whose strings are whole characters and whose numbers are doubles, and
 * trees of bounded size. Not thread-safe.
 */
final class CheckedParser extends JsonParserDelegate {
  private static final int MAX_DEPTH = 100;

  // A table of a hundred thousand names is no use to other parsers.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final Path file;
  private long left = Long.MAX_VALUE;

  private CheckedParser(Path file, JsonParser parser) {
    super(parser);
    this.file = file;
  }

  /** {@return a parser of the file's content} */
  static CheckedParser of(Path file, byte[] json) throws IOException {
    return new CheckedParser(file, JSON.createParser(json));
  }

  /** Allows so many further names and values. */
  void allow(long tokens) {
    left = tokens;
  }

  @Override
  public @Nullable JsonToken nextToken() throws IOException {
    JsonToken token = super.nextToken();
    if (token == null) {
      return null;
    }
    if (left-- <= 0) {
      throw new InvalidInputException(
          file + ": expected parts of few names and values, found too many of them");
    }
    boolean text = token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
    if (text && hasHalfPair(getText())) {
      throw new InvalidInputException(
          file + ": expected whole characters in strings, found half of a surrogate pair");
    }
    if (token.isNumeric() && !Double.isFinite(getDoubleValue())) {
      throw new InvalidInputException(
          file + ": expected numbers that a double holds, found " + getText());
    }
    return token;
  }

  private static boolean hasHalfPair(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
