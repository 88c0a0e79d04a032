package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The filters that take a part of each item, or some of the items. Stateless. */
final class SelectionFilters {
  private SelectionFilters() {}

  /** Adds the filters. */
  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("map", SelectionFilters::map);
    filters.put("select", (value, a) -> select(value, a, 0, item -> item, true));
    filters.put("reject", (value, a) -> select(value, a, 0, item -> item, false));
    filters.put(
        "selectattr",
        (value, a) -> select(value, a, 1, part(a.require(0, "attribute"), a.work()), true));
    filters.put(
        "rejectattr",
        (value, a) -> select(value, a, 1, part(a.require(0, "attribute"), a.work()), false));
  }

  /** {@return what takes the part that an argument asks for, the whole item where none does} */
  static UnaryOperator<Object> attribute(Arguments arguments, int place) {
    Object path = arguments.get(place, "attribute", None.NONE);
    return path == None.NONE ? item -> item : part(path, arguments.work());
  }

  /** {@return what follows the path, such as {@code name.first} or {@code items.0}} */
  private static UnaryOperator<Object> part(Object path, Work work) {
    List<Object> keys = new ArrayList<>();
    if (path instanceof BigInteger) {
      keys.add(path);
    } else {
      for (String key : Values.string(path).split("\\.", -1)) {
        keys.add(key.matches("\\d{1,9}") ? (Object) new BigInteger(key) : key);
      }
    }
    return item -> {
      Object part = item;
      for (Object key : keys) {
        part = Access.item(part, key, work);
      }
      return part;
    };
  }

  private static Object map(Object value, Arguments arguments) {
    Work work = arguments.work();
    UnaryOperator<Object> mapping;
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      UnaryOperator<Object> part = attribute(arguments, 0);
      Object fallback = arguments.get(1, "default", None.NONE);
      mapping =
          item -> {
            Object found = part.apply(item);
            return found instanceof Undefined && fallback != None.NONE ? fallback : found;
          };
    } else {
      Filters.Filter filter = Filters.named(arguments.string(0, "filter"));
      Arguments rest = arguments.after(1);
      mapping = item -> filter.apply(item, rest);
    }
    List<Object> mapped = new ArrayList<>();
    Values.items(value, work).forEach(item -> mapped.add(mapping.apply(item)));
    return ListFilters.generated(mapped);
  }

  private static Object select(
      Object value, Arguments arguments, int place, UnaryOperator<Object> part, boolean wanted) {
    Arguments rest = arguments.after(place + 1);
    boolean tested = arguments.positional().size() > place;
    List<Object> selected = new ArrayList<>();
    for (Object item : Values.items(value, arguments.work())) {
      Object tried = part.apply(item);
      boolean holds =
          tested
              ? Tests.named(arguments.string(place, "test")).holds(tried, rest)
              : Values.isTrue(tried);
      if (holds == wanted) {
        selected.add(item);
      }
    }
    return ListFilters.generated(selected);
  }
}
