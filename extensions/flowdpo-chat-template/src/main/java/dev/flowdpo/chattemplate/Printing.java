package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Items;
import dev.flowdpo.chattemplate.Values.Namespace;
import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Range;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Values as Python's {@code str} and {@code repr} write them. Stateless. */
final class Printing {
  private Printing() {}

  /** {@return the value as a template prints it} */
  static String text(Object value, Work work) {
    if (value instanceof String text) {
      work.characters(text.length());
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    represent(value, work, text);
    return text.toString();
  }

  private static void represent(Object value, Work work, StringBuilder to) {
    work.enter();
    work.steps(1);
    if (value instanceof String text) {
      PythonText.quote(text, work, to);
    } else if (value instanceof Boolean truth) {
      to.append(truth ? "True" : "False");
    } else if (value instanceof Double number) {
      work.steps(2 * Filters.EXACT_STEPS);
      to.append(PythonText.decimal(number));
    } else if (value == None.NONE) {
      to.append("None");
    } else if (value instanceof Undefined) {
      to.append("Undefined");
    } else if (value instanceof List<?> list) {
      list(list, "[", "]", work, to);
    } else if (value instanceof Tuple tuple) {
      list(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", work, to);
    } else if (value instanceof Map<?, ?> map) {
      mapping(map, work, to);
    } else if (value instanceof Items items) {
      list(items.items(), items.name() + "([", "])", work, to);
    } else if (value instanceof Range range) {
      to.append("range(").append(range.start()).append(", ").append(range.stop());
      to.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
    } else if (value instanceof Namespace namespace) {
      to.append("<Namespace ");
      mapping(namespace.variables(), work, to);
      to.append('>');
    } else {
      if (value instanceof BigInteger number) {
        work.product(number.bitLength(), number.bitLength());
      }
      String whole = value.toString();
      work.characters(whole.length());
      to.append(whole);
    }
    work.leave();
  }

  private static void list(
      Iterable<?> items, String begin, String end, Work work, StringBuilder to) {
    to.append(begin);
    String separator = "";
    for (Object item : items) {
      to.append(separator);
      represent(item, work, to);
      separator = ", ";
    }
    to.append(end);
  }

  private static void mapping(Map<?, ?> map, Work work, StringBuilder to) {
    to.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      to.append(separator);
      represent(entry.getKey(), work, to);
      to.append(": ");
      represent(entry.getValue(), work, to);
      separator = ", ";
    }
    to.append('}');
  }
}
