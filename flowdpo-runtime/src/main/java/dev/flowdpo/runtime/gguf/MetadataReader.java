package dev.flowdpo.runtime.gguf;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the keys and values of a header. Of arrays it keeps the place alone, after it has seen that
 * all their elements lie inside the file. Not thread-safe.
 */
final class MetadataReader {
  static final int MAX_KEYS = 1 << 16;

  /** In bytes; the longest texts of published models are chat templates of some kilobytes. */
  static final int LONGEST_TEXT = 1 << 20;

  private static final int LONGEST_KEY = 1 << 16;
  private static final int MAX_DEPTH = 4;

  /** Of all texts that are kept, in characters. */
  private static final long MOST_TEXT = 16L << 20;

  private final BoundedInput in;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private long text;

  MetadataReader(BoundedInput in) {
    this.in = in;
  }

  /**
   * An array in the file.
   *
   * @param type the type of its elements
   * @param count their number
   * @param at the place of the first
   */
  record Array(ValueType type, int count, long at) {}

  /** Reads so many keys, each a Boolean, a Long, a Double, a String or an {@link Array}. */
  Map<String, Object> read(long count) throws IOException {
    for (int i = 0; i < count; i++) {
      String key = in.text(LONGEST_KEY, "key " + i + " of the metadata");
      String field = field(key);
      ValueType type = type(field);
      Object value = type == ValueType.ARRAY ? array(field) : type.read(in, field);
      if (value instanceof String string) {
        text += string.length();
      }
      if (key.isEmpty() || text > MOST_TEXT) {
        throw in.wrong(field, "a name, and few megabytes of text", "others; the file is damaged");
      }
      if (values.put(key, value) != null) {
        throw in.wrong(field, "the key once", "it twice; the file is damaged");
      }
    }
    return values;
  }

  /** Returns what messages call a key. */
  static String field(String key) {
    String shown = key.length() <= 80 ? key : key.substring(0, 80) + "...";
    return "key \"" + shown.replaceAll("\\p{Cntrl}", "\uFFFD") + "\"";
  }

  private ValueType type(String field) throws IOException {
    int number = in.u32(field);
    return ValueType.of(number)
        .orElseThrow(
            () ->
                in.wrong(
                    field,
                    "a type out of " + ValueType.known(),
                    "number " + Integer.toUnsignedString(number) + "; the file is damaged"));
  }

  private Array array(String field) throws IOException {
    ValueType type = type(field);
    long count = count(type, field);
    long at = in.position();
    skip(type, count, field, 1);
    return new Array(type, (int) count, at);
  }

  private long count(ValueType type, String field) throws IOException {
    long count = in.u64(field);
    in.requireCount(count, BoundedInput.MAX_HEADER_BYTES, type.bytes(), "elements of " + field);
    return count;
  }

  private void skip(ValueType type, long count, String field, int depth) throws IOException {
    switch (type) {
      case STRING -> {
        for (long i = 0; i < count; i++) {
          in.skipText(LONGEST_TEXT, field);
        }
      }
      case ARRAY -> {
        if (depth == MAX_DEPTH) {
          throw in.wrong(field, "arrays at most " + MAX_DEPTH + " deep", "deeper ones");
        }
        for (long i = 0; i < count; i++) {
          ValueType inner = type(field);
          skip(inner, count(inner, field), field, depth + 1);
        }
      }
      default -> in.skip(count * type.bytes(), field);
    }
  }
}
