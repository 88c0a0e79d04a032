package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.None;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The filters of texts. Stateless. */
final class TextFilters {
  private static final Pattern WORD_STARTS = Pattern.compile("(?<=[-\\s({\\[<])(?![-\\s({\\[<])");

  private TextFilters() {}

  /** Adds the filters. */
  static void addTo(Map<String, Filters.Filter> filters) {
    for (String method : List.of("upper", "lower", "capitalize")) {
      filters.put(method, (value, a) -> method(value, method, a));
    }
    filters.put("title", (value, a) -> title(text(value, a)));
    filters.put("trim", (value, a) -> method(value, "strip", a));
    filters.put("replace", TextFilters::replace);
    filters.put("indent", TextFilters::indent);
    filters.put("escape", (value, a) -> escape(text(value, a)));
    filters.put("e", (value, a) -> escape(text(value, a)));
    filters.put(
        "format", (value, a) -> Formatting.percent(Values.string(value), a.positional(), a.work()));
  }

  private static String text(Object value, Arguments arguments) {
    String text = Printing.text(value, arguments.work());
    arguments.work().characters(8L * text.length());
    return text;
  }

  private static Object method(Object value, String name, Arguments arguments) {
    Object method = Access.attribute(text(value, arguments), name, arguments.work());
    return ((Values.Callable) method).call(arguments);
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    for (String word : WORD_STARTS.split(text, -1)) {
      int first = word.isEmpty() ? 0 : Character.charCount(word.codePointAt(0));
      title.append(word.substring(0, first).toUpperCase(Locale.ROOT));
      title.append(word.substring(first).toLowerCase(Locale.ROOT));
    }
    return title.toString();
  }

  private static String replace(Object value, Arguments arguments) {
    Object count = arguments.get(2, "count", None.NONE);
    return StringMethods.replace(
        text(value, arguments),
        text(arguments.require(0, "old"), arguments),
        text(arguments.require(1, "new"), arguments),
        count == None.NONE ? -1 : Values.index(count),
        arguments.work());
  }

  private static String indent(Object value, Arguments arguments) {
    Object width = arguments.get(0, "width", Values.whole(4));
    boolean first = Values.isTrue(arguments.get(1, "first", false));
    boolean blank = Values.isTrue(arguments.get(2, "blank", false));
    int spaces = width instanceof String ? 0 : Math.max(0, Values.index(width));
    arguments.work().characters(spaces);
    String indention = width instanceof String given ? given : " ".repeat(spaces);
    String text = text(value, arguments) + "\n";
    List<Object> lines = StringPieces.lines(text, Arguments.of(arguments.work()));
    List<String> indented = new ArrayList<>();
    for (Object line : lines) {
      boolean empty = line.equals("") && !blank;
      boolean kept = indented.isEmpty() || empty;
      arguments.work().characters((long) indention.length() + ((String) line).length());
      indented.add(kept ? (String) line : indention + line);
    }
    return (first ? indention : "") + String.join("\n", indented);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;");
  }
}
