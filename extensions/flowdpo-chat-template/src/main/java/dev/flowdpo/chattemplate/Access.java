package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Attributes;
import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.Items;
import dev.flowdpo.chattemplate.Values.Namespace;
import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Range;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parts, items and slices of values. Only what is listed here can be reached: no attribute of a
 * Java object, and of a Python value no method that would change it. Stateless.
 */
final class Access {
  private Access() {}

  /** {@return {@code value.name}: a method or part, else the item of this name, else undefined} */
  static Object attribute(Object value, String name, Work work) {
    work.steps(1);
    @Nullable Object found = part(value, name);
    if (found == null && value instanceof Map<?, ?> map) {
      found = map.get(name);
    }
    return found == null ? missing(value, name) : found;
  }

  /** {@return {@code value[key]}, else {@code value.key} where the key is a string} */
  static Object item(Object value, Object key, Work work) {
    work.steps(1);
    @Nullable Object found = null;
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (value instanceof Map<?, ?> map) {
      found = isKey(key) ? map.get(key) : null;
    } else if (isIndexed(value) && (key instanceof BigInteger || key instanceof Boolean)) {
      work.characters(value instanceof String text ? text.length() : 0);
      found = at(value, Arithmetic.whole(key));
    }
    if (found == null && key instanceof String name) {
      found = part(value, name);
    }
    return found == null ? missing(value, Printing.text(key, work)) : found;
  }

  private static Undefined missing(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    return new Undefined("\"" + name + "\" of " + Values.typeName(value));
  }

  private static @Nullable Object part(Object value, String name) {
    if (value instanceof String text) {
      return StringMethods.method(text, name);
    }
    if (value instanceof Map<?, ?>) {
      return mappingMethod(Values.mapping(value), name);
    }
    if (value instanceof Namespace namespace) {
      return namespace.variables().get(name);
    }
    if (value instanceof List || value instanceof Tuple) {
      return listMethod(value, name);
    }
    return value instanceof Attributes attributes ? attributes.attribute(name) : null;
  }

  private static @Nullable Callable mappingMethod(Map<Object, Object> map, String name) {
    return switch (name) {
      case "items" -> arguments -> items(map, arguments.work());
      case "keys" -> arguments -> new Items("dict_keys", new ArrayList<>(map.keySet()), true);
      case "values" -> arguments -> new Items("dict_values", new ArrayList<>(map.values()), true);
      case "get" ->
          arguments -> {
            @Nullable Object found = map.get(key(arguments.require(0, "key")));
            return found == null ? arguments.get(1, "default", None.NONE) : found;
          };
      default -> null;
    };
  }

  /** {@return the keys and values of the mapping in pairs} */
  static Items items(Map<Object, Object> map, Work work) {
    work.steps(map.size());
    List<Object> pairs = new ArrayList<>();
    map.forEach((key, item) -> pairs.add(new Tuple(List.of(key, item))));
    return new Items("dict_items", pairs, true);
  }

  private static @Nullable Callable listMethod(Object list, String name) {
    return switch (name) {
      case "index" ->
          arguments -> {
            List<Object> items = Values.items(list, arguments.work());
            for (int i = 0; i < items.size(); i++) {
              if (Comparing.equal(items.get(i), arguments.require(0, "value"), arguments.work())) {
                return Values.whole(i);
              }
            }
            throw new ChatTemplateException("index: expected a value of the list, found another");
          };
      case "count" ->
          arguments -> {
            Object sought = arguments.require(0, "value");
            return Values.whole(
                Values.items(list, arguments.work()).stream()
                    .filter(item -> Comparing.equal(item, sought, arguments.work()))
                    .count());
          };
      default -> null;
    };
  }

  private static boolean isIndexed(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Range;
  }

  private static @Nullable Object at(Object value, BigInteger index) {
    BigInteger size = Values.whole(Values.size(value));
    BigInteger place = index.signum() < 0 ? index.add(size) : index;
    if (place.signum() < 0 || place.compareTo(size) >= 0) {
      return null;
    }
    int at = place.intValueExact();
    if (value instanceof String text) {
      return Character.toString(text.codePointAt(text.offsetByCodePoints(0, at)));
    }
    if (value instanceof Range range) {
      return Values.whole(range.start() + at * range.step());
    }
    return value instanceof Tuple tuple ? tuple.items().get(at) : ((List<?>) value).get(at);
  }

  /** {@return {@code value[start:stop:step]}} */
  static Object slice(Object value, Object start, Object stop, Object step, Work work) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!isIndexed(value)) {
      return missing(value, "slice");
    }
    List<Object> items = Values.items(value, work);
    int size = items.size();
    int by = step == None.NONE ? 1 : Values.index(step);
    if (by == 0) {
      throw new ChatTemplateException("expected a step of a slice, found 0");
    }
    int first =
        by > 0 ? bound(start, size, 0, size, 0) : bound(start, size, -1, size - 1, size - 1);
    int end = by > 0 ? bound(stop, size, 0, size, size) : bound(stop, size, -1, size - 1, -1);
    List<Object> taken = new ArrayList<>();
    for (long i = first; by > 0 ? i < end : i > end; i += by) {
      taken.add(items.get((int) i));
    }
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      taken.forEach(text::append);
      return text.toString();
    }
    return value instanceof Tuple ? new Tuple(taken) : taken;
  }

  private static int bound(Object given, int size, int lowest, int highest, int fallback) {
    if (given == None.NONE) {
      return fallback;
    }
    BigInteger index = Arithmetic.whole(given);
    BigInteger place = index.signum() < 0 ? index.add(Values.whole(size)) : index;
    return place.max(Values.whole(lowest)).min(Values.whole(highest)).intValueExact();
  }

  /** {@return {@code item in value}} */
  static boolean contains(Object value, Object item, Work work) {
    if (value instanceof String text) {
      work.search(text, Values.string(item));
      return text.contains(Values.string(item));
    }
    if (value instanceof Map<?, ?> map) {
      work.steps(1);
      return map.containsKey(key(item));
    }
    return Values.items(value, work).stream().anyMatch(one -> Comparing.equal(one, item, work));
  }

  /** {@return the value, which must be one that Python takes for a key} */
  static Object key(Object value) {
    if (!isKey(value)) {
      throw new ChatTemplateException(
          "expected a key of a mapping, found " + Values.typeName(value));
    }
    return value;
  }

  private static boolean isKey(Object value) {
    return value instanceof String || value == None.NONE || Comparing.isNumber(value);
  }
}
