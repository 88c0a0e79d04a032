package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Items;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The filters of lists and mappings. Stateless. */
final class ListFilters {
  private ListFilters() {}

  /** Adds the filters. */
  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("length", (value, a) -> Values.whole(counted(value, a)));
    filters.put("count", (value, a) -> Values.whole(counted(value, a)));
    filters.put("list", (value, a) -> new ArrayList<>(Values.items(value, a.work())));
    filters.put("first", (value, a) -> end(Values.items(value, a.work()), true));
    filters.put("last", (value, a) -> end(Values.items(value, a.work()), false));
    filters.put("join", ListFilters::join);
    filters.put("reverse", ListFilters::reverse);
    filters.put("sort", ListFilters::sort);
    filters.put("min", (value, a) -> extreme(value, a, false));
    filters.put("max", (value, a) -> extreme(value, a, true));
    filters.put("sum", ListFilters::sum);
    filters.put("unique", ListFilters::unique);
    filters.put("items", ListFilters::items);
    filters.put("dictsort", ListFilters::sortedMapping);
  }

  private static long counted(Object value, Arguments arguments) {
    arguments.work().characters(value instanceof String text ? text.length() : 0);
    return Values.size(value);
  }

  /** {@return the values as something that can be gone through once} */
  static Items generated(List<Object> values) {
    return new Items("generator", values, false);
  }

  private static Object end(List<Object> items, boolean first) {
    if (items.isEmpty()) {
      return new Undefined("the end of an empty list");
    }
    return items.get(first ? 0 : items.size() - 1);
  }

  private static String join(Object value, Arguments arguments) {
    String separator = Printing.text(arguments.get(0, "d", ""), arguments.work());
    UnaryOperator<Object> part = SelectionFilters.attribute(arguments, 1);
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object item : Values.items(value, arguments.work())) {
      String text = Printing.text(part.apply(item), arguments.work());
      arguments.work().characters((long) separator.length() + text.length());
      joined.append(first ? "" : separator).append(text);
      first = false;
    }
    return joined.toString();
  }

  private static Object reverse(Object value, Arguments arguments) {
    List<Object> reversed = new ArrayList<>(Values.items(value, arguments.work()));
    Collections.reverse(reversed);
    if (!(value instanceof String)) {
      return generated(reversed);
    }
    StringBuilder text = new StringBuilder();
    reversed.forEach(text::append);
    return text.toString();
  }

  /** {@return a string in lower case unless case counts, and any other value as it is} */
  private static Object folded(Object value, boolean caseCounts) {
    return value instanceof String text && !caseCounts ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static List<Object> ordered(
      List<Object> items, UnaryOperator<Object> key, boolean reverse, Work work) {
    List<Tuple> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Tuple(List.of(key.apply(item), item))));
    Comparator<Tuple> order = (a, b) -> Comparing.order(a.items().get(0), b.items().get(0), work);
    keyed.sort(reverse ? order.reversed() : order);
    List<Object> sorted = new ArrayList<>();
    keyed.forEach(pair -> sorted.add(pair.items().get(1)));
    return sorted;
  }

  private static Object sort(Object value, Arguments arguments) {
    boolean reverse = Values.isTrue(arguments.get(0, "reverse", false));
    boolean caseCounts = Values.isTrue(arguments.get(1, "case_sensitive", false));
    UnaryOperator<Object> part = SelectionFilters.attribute(arguments, 2);
    return ordered(
        Values.items(value, arguments.work()),
        item -> folded(part.apply(item), caseCounts),
        reverse,
        arguments.work());
  }

  private static Object extreme(Object value, Arguments arguments, boolean largest) {
    boolean caseCounts = Values.isTrue(arguments.get(0, "case_sensitive", false));
    UnaryOperator<Object> part = SelectionFilters.attribute(arguments, 1);
    List<Object> sorted =
        ordered(
            Values.items(value, arguments.work()),
            item -> folded(part.apply(item), caseCounts),
            largest,
            arguments.work());
    return end(sorted, true);
  }

  private static Object sum(Object value, Arguments arguments) {
    UnaryOperator<Object> part = SelectionFilters.attribute(arguments, 0);
    Object sum = arguments.get(1, "start", Values.whole(0));
    for (Object item : Values.items(value, arguments.work())) {
      sum = Arithmetic.apply("+", sum, part.apply(item), arguments.work());
    }
    return sum;
  }

  private static Object unique(Object value, Arguments arguments) {
    boolean caseCounts = Values.isTrue(arguments.get(0, "case_sensitive", false));
    UnaryOperator<Object> part = SelectionFilters.attribute(arguments, 1);
    List<Object> seen = new ArrayList<>();
    List<Object> unique = new ArrayList<>();
    for (Object item : Values.items(value, arguments.work())) {
      Object key = folded(part.apply(item), caseCounts);
      if (!Access.contains(seen, key, arguments.work())) {
        seen.add(key);
        unique.add(item);
      }
    }
    return generated(unique);
  }

  private static Object items(Object value, Arguments arguments) {
    List<Object> pairs =
        value instanceof Undefined
            ? List.of()
            : Access.items(Values.mapping(value), arguments.work()).items();
    return generated(pairs);
  }

  private static Object sortedMapping(Object value, Arguments arguments) {
    boolean caseCounts = Values.isTrue(arguments.get(0, "case_sensitive", false));
    String by = Values.string(arguments.get(1, "by", "key"));
    boolean reverse = Values.isTrue(arguments.get(2, "reverse", false));
    int place = by.equals("value") ? 1 : 0;
    return ordered(
        Access.items(Values.mapping(value), arguments.work()).items(),
        pair -> folded(((Tuple) pair).items().get(place), caseCounts),
        reverse,
        arguments.work());
  }
}
