package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The filter {@code tojson} as Hugging Face defines it: Python's {@code json.dumps}, which escapes
 * neither HTML nor, by default, characters beyond ASCII. Used by one thread.
 */
final class Json {
  private static final HexFormat HEXADECIMAL = HexFormat.of();

  private final Work work;
  private final boolean ascii;
  private final String indent;
  private final boolean indented;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sorted;
  private final StringBuilder text = new StringBuilder();

  private Json(Arguments arguments) {
    this.work = arguments.work();
    this.ascii = Values.isTrue(arguments.get(0, "ensure_ascii", false));
    Object indent = arguments.get(1, "indent", None.NONE);
    this.indented = indent != None.NONE;
    this.indent = indent(indent);
    Object separators = arguments.get(2, "separators", None.NONE);
    List<Object> pair = List.of(indented ? "," : ", ", ": ");
    if (separators != None.NONE) {
      pair = Values.items(separators, work);
      if (pair.size() != 2) {
        throw new ChatTemplateException("tojson: expected two separators, found " + pair.size());
      }
    }
    this.itemSeparator = Values.string(pair.get(0));
    this.keySeparator = Values.string(pair.get(1));
    this.sorted = Values.isTrue(arguments.get(3, "sort_keys", false));
  }

  /** {@return the value as JSON} */
  static String write(Object value, Arguments arguments) {
    Json json = new Json(arguments);
    json.value(value, 1);
    return json.text.toString();
  }

  private String indent(Object given) {
    if (given instanceof String spaces) {
      return spaces;
    }
    int width = indented ? Math.max(0, Values.index(given)) : 0;
    work.characters(width);
    return " ".repeat(width);
  }

  private void value(Object value, int level) {
    work.enter();
    work.steps(1);
    if (value instanceof String string) {
      string(string);
    } else if (value instanceof Map<?, ?> map) {
      mapping(map, level);
    } else if (value instanceof List<?> list) {
      list(list, level);
    } else if (value instanceof Tuple tuple) {
      list(tuple.items(), level);
    } else {
      text.append(scalar(value));
    }
    work.leave();
  }

  private String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    }
    if (value instanceof Boolean truth) {
      return truth ? "true" : "false";
    }
    if (value instanceof BigInteger whole) {
      work.product(whole.bitLength(), whole.bitLength());
      return whole.toString();
    }
    if (value instanceof Double number) {
      work.steps(2 * Filters.EXACT_STEPS);
      if (Double.isNaN(number)) {
        return "NaN";
      }
      return Double.isInfinite(number)
          ? (number > 0 ? "Infinity" : "-Infinity")
          : PythonText.decimal(number);
    }
    throw new ChatTemplateException(
        "tojson: expected a value that JSON has, found " + Values.typeName(value));
  }

  private void list(List<?> items, int level) {
    text.append('[');
    for (int i = 0; i < items.size(); i++) {
      work.characters(itemSeparator.length());
      text.append(i == 0 ? "" : itemSeparator);
      newLine(level);
      value(items.get(i), level + 1);
    }
    if (!items.isEmpty()) {
      newLine(level - 1);
    }
    text.append(']');
  }

  private void mapping(Map<?, ?> map, int level) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort((a, b) -> Comparing.order(a.getKey(), b.getKey(), work));
    }
    text.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : entries) {
      work.characters((long) separator.length() + keySeparator.length());
      text.append(separator);
      newLine(level);
      string(entry.getKey() instanceof String key ? key : scalar(entry.getKey()));
      text.append(keySeparator);
      value(entry.getValue(), level + 1);
      separator = itemSeparator;
    }
    if (!entries.isEmpty()) {
      newLine(level - 1);
    }
    text.append('}');
  }

  private void newLine(int level) {
    if (indented) {
      work.characters((long) level * indent.length());
      text.append('\n').append(indent.repeat(level));
    }
  }

  private void string(String string) {
    work.characters(string.length());
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      int simple = "\"\\\n\r\t\b\f".indexOf(c);
      if (simple >= 0) {
        text.append('\\').append("\"\\nrtbf".charAt(simple));
      } else if (c < ' ' || (ascii && c > '~')) {
        work.steps(1);
        text.append("\\u").append(HEXADECIMAL.toHexDigits(c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
