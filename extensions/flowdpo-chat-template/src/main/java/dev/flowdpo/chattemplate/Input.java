package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.None;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a caller gives into Python's values, and measures it: how much work a rendering may
 * take follows from how much there is to render. Used by one thread.
 */
final class Input {
  private static final int MAX_DEPTH = 64;
  // More memory than any chat; what refers to itself twice has as many after a moment.
  private static final long MAX_VALUES = 1_000_000;

  private static final long STEPS = 100_000;
  private static final long STEPS_PER_VALUE = 400;
  private static final long STEPS_PER_EIGHT_CHARACTERS = 16;

  private long values;
  private long characters;

  /**
   * {@return the steps that are enough for any template that goes through its input some hundred
   * times}
   */
  long steps() {
    return STEPS
        + STEPS_PER_VALUE * values
        + STEPS_PER_EIGHT_CHARACTERS * (characters / Work.CHARACTERS_PER_STEP);
  }

  /** {@return the Java value as a Python value, copied} */
  Object copy(@Nullable Object value) {
    return copy(value, 0);
  }

  private Object copy(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateException(
          "expected variables of at most 64 levels, found more, or one that holds itself");
    }
    if (++values > MAX_VALUES) {
      throw new ChatTemplateException(
          "expected variables of at most "
              + MAX_VALUES
              + " values, found more, or one that holds itself");
    }
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(copy(key, depth + 1), copy(item, depth + 1)));
      return copy;
    }
    if (value instanceof Iterable<?> items) {
      List<Object> copy = new ArrayList<>();
      items.forEach(item -> copy.add(copy(item, depth + 1)));
      return copy;
    }
    if (value instanceof String text) {
      characters += text.length();
      return text;
    }
    if (value instanceof Float || value instanceof Double || value instanceof BigDecimal) {
      return ((Number) value).doubleValue();
    }
    if (value instanceof Number number) {
      return new BigInteger(number.toString());
    }
    if (value instanceof Boolean || value instanceof Callable) {
      return value;
    }
    throw new ChatTemplateException(
        "expected values as in JSON, found a " + value.getClass().getName());
  }
}
