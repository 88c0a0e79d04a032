package dev.flowdpo.chattemplate;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's values: {@link None}, {@link Boolean}, {@link BigInteger}, {@link Double}, {@link
 * String}, {@link List}, {@link Tuple}, {@link Map} and the others declared here. Stateless.
 */
final class Values {
  /** The value that Python calls None. */
  enum None {
    NONE
  }

  /** A tuple. */
  record Tuple(List<Object> items) {}

  /** The value of a name that is not there; it prints as nothing. */
  record Undefined(String what) {
    ChatTemplateException error() {
      return new ChatTemplateException("expected a value, found that " + what + " is undefined");
    }
  }

  /** What can be gone through but not indexed: a generator, or, where it has a size, a view. */
  record Items(String name, List<Object> items, boolean sized) {}

  /** A range of whole numbers. */
  record Range(long start, long stop, long step) {
    long size() {
      long distance = step > 0 ? stop - start : start - stop;
      return distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    }
  }

  /** Variables that a loop's body may change. */
  record Namespace(Map<String, Object> variables) {}

  /** Something with named parts: a loop, a macro. */
  interface Attributes {
    /** {@return the part, or null if there is none} */
    @Nullable Object attribute(String name);
  }

  /** Something that can be called. */
  interface Callable {
    /** {@return what the call gives} */
    Object call(Arguments arguments);
  }

  private Values() {}

  /** {@return the whole number} */
  static BigInteger whole(long value) {
    return BigInteger.valueOf(value);
  }

  /** {@return whether Python takes the value for true} */
  static boolean isTrue(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof BigInteger whole) {
      return whole.signum() != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof Items items && !items.sized()) {
      return true;
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    return !isIterable(value) || size(value) > 0;
  }

  /** {@return whether the value can be gone through} */
  static boolean isIterable(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof Items
        || value instanceof Range
        || value instanceof Undefined;
  }

  /** {@return the items of the value; of a string its characters, of a mapping its keys} */
  static List<Object> items(Object value, Work work) {
    List<Object> items;
    if (value instanceof List<?> list) {
      @SuppressWarnings("unchecked") // Every list here is one of values.
      List<Object> values = (List<Object>) list;
      items = values;
    } else if (value instanceof Tuple tuple) {
      items = tuple.items();
    } else if (value instanceof Items view) {
      items = view.items();
    } else if (value instanceof Map<?, ?> map) {
      items = new ArrayList<>(map.keySet());
    } else if (value instanceof String text) {
      work.steps(text.length());
      items = new ArrayList<>();
      text.codePoints().forEach(c -> items.add(Character.toString(c)));
    } else if (value instanceof Range range) {
      work.steps(range.size());
      items = new ArrayList<>();
      for (long i = 0; i < range.size(); i++) {
        items.add(whole(range.start() + i * range.step()));
      }
    } else if (value instanceof Undefined) {
      items = List.of();
    } else {
      throw new ChatTemplateException("expected something to go through, found " + typeName(value));
    }
    work.steps(items.size());
    return items;
  }

  /** {@return the number of items or characters} */
  static long size(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items().size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Items items && items.sized()) {
      return items.items().size();
    }
    if (value instanceof Range range) {
      return range.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new ChatTemplateException("expected something with a length, found " + typeName(value));
  }

  /** {@return the mapping} */
  static Map<Object, Object> mapping(Object value) {
    if (value instanceof Map<?, ?> map) {
      @SuppressWarnings("unchecked") // Every map here is one of values.
      Map<Object, Object> values = (Map<Object, Object>) map;
      return values;
    }
    throw new ChatTemplateException("expected a mapping, found " + typeName(value));
  }

  /** {@return the value as a whole number that an index or a length can be} */
  static int index(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    if (value instanceof BigInteger whole && whole.bitLength() < Integer.SIZE) {
      return whole.intValue();
    }
    throw new ChatTemplateException(
        "expected a whole number of at most 31 bits, found " + typeName(value));
  }

  /** {@return the value, which must be a string} */
  static String string(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    throw new ChatTemplateException("expected a string, found " + typeName(value));
  }

  /** {@return the type as Python calls it} */
  static String typeName(Object value) {
    if (value instanceof String) {
      return "a string";
    }
    if (value instanceof BigInteger || value instanceof Double) {
      return "a number";
    }
    if (value instanceof Boolean) {
      return "a truth value";
    }
    if (value instanceof List || value instanceof Tuple || value instanceof Range) {
      return "a list";
    }
    if (value instanceof Map) {
      return "a mapping";
    }
    if (value == None.NONE) {
      return "none";
    }
    return value instanceof Undefined undefined ? undefined.what() + ", undefined" : "an object";
  }
}
