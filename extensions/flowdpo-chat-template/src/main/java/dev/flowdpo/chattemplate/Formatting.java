package dev.flowdpo.chattemplate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's two ways to put values into a text, without the rarest conversions. Stateless. */
final class Formatting {
  private static final Pattern PERCENT =
      Pattern.compile("%([-+ 0]*)(\\d{1,4})?(?:\\.(\\d{1,3}))?(.?)", Pattern.DOTALL);
  private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{([\\w]*)\\}|[{}]");

  private static final int STEPS_PER_FIELD = 10;

  private Formatting() {}

  /** {@return {@code format % values}} */
  static String percent(String format, List<Object> values, Work work) {
    work.characters(format.length());
    StringBuilder text = new StringBuilder();
    Matcher found = PERCENT.matcher(format);
    int from = 0;
    int used = 0;
    while (found.find(from)) {
      text.append(format, from, found.start());
      from = found.end();
      if (found.group(4).equals("%")) {
        text.append('%');
        continue;
      }
      if (used == values.size()) {
        throw new ChatTemplateException("expected a value for each % of a format, found fewer");
      }
      work.steps(Filters.EXACT_STEPS);
      String one = converted(found, values.get(used++), work);
      work.characters(8L * one.length());
      text.append(one);
    }
    if (used < values.size()) {
      throw new ChatTemplateException("expected a % of the format for each value, found fewer");
    }
    return text.append(format.substring(from)).toString();
  }

  private static String converted(Matcher found, Object value, Work work) {
    String flags = found.group(1);
    @Nullable String precision = found.group(3);
    String conversion = found.group(4);
    String text =
        switch (conversion) {
          case "s" -> cut(Printing.text(value, work), precision);
          case "d", "i", "u" -> whole(value).toString();
          case "f", "F" ->
              fixed(Arithmetic.real(value), precision == null ? 6 : Integer.parseInt(precision));
          default ->
              throw new ChatTemplateException(
                  "expected %s, %d or %f in a format, found %" + conversion);
        };
    boolean number = !conversion.equals("s");
    if (number && !text.startsWith("-")) {
      text = (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + text;
    }
    int width = found.group(2) == null ? 0 : Integer.parseInt(found.group(2));
    int missing = Math.max(0, width - text.codePointCount(0, text.length()));
    if (flags.contains("-")) {
      return text + " ".repeat(missing);
    }
    if (number && flags.contains("0")) {
      int sign = Character.isDigit(text.charAt(0)) ? 0 : 1;
      return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
    }
    return " ".repeat(missing) + text;
  }

  private static BigInteger whole(Object value) {
    return value instanceof Double real
        ? new BigDecimal(real).toBigInteger()
        : Arithmetic.whole(value);
  }

  private static String cut(String text, @Nullable String precision) {
    int most = precision == null ? Integer.MAX_VALUE : Integer.parseInt(precision);
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most));
  }

  /** {@return the number with so many decimal places, ties of its exact value to even} */
  static String fixed(double value, int places) {
    if (!Double.isFinite(value)) {
      return PythonText.decimal(value);
    }
    String text = new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
    return value < 0 && !text.startsWith("-") ? "-" + text : text;
  }

  /** {@return {@code format.format(...)}, with plain places and names between braces} */
  static String braces(String format, Arguments arguments) {
    arguments.work().characters(format.length());
    StringBuilder text = new StringBuilder();
    Matcher found = BRACES.matcher(format);
    int from = 0;
    int next = 0;
    while (found.find()) {
      text.append(format, from, found.start());
      from = found.end();
      arguments.work().steps(STEPS_PER_FIELD);
      @Nullable String field = found.group(1);
      if (field != null) {
        boolean numbered = field.isEmpty() || field.matches("\\d{1,3}");
        Object value =
            numbered
                ? arguments.require(field.isEmpty() ? next++ : Integer.parseInt(field), field)
                : arguments.require(Integer.MAX_VALUE, field);
        text.append(Printing.text(value, arguments.work()));
      } else if (found.group().length() == 2) {
        text.append(found.group().charAt(0));
      } else {
        throw new ChatTemplateException(
            "format: expected {}, a place or a name in braces, found others");
      }
    }
    return text.append(format.substring(from)).toString();
  }
}
