package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The filters by name, and those of numbers. Stateless. */
final class Filters {
  /** One filter. */
  @FunctionalInterface
  interface Filter {
    /** {@return the value, filtered} */
    Object apply(Object value, Arguments arguments);
  }

  /** What it takes to have the exact value of a real number, which may have 767 digits. */
  static final long EXACT_STEPS = 100;

  private static final Map<String, Filter> FILTERS = new TreeMap<>();

  static {
    FILTERS.put("abs", (value, a) -> absolute(value));
    FILTERS.put("int", Filters::whole);
    FILTERS.put("float", Filters::real);
    FILTERS.put("round", Filters::round);
    FILTERS.put("default", Filters::otherwise);
    FILTERS.put("d", Filters::otherwise);
    FILTERS.put("tojson", Json::write);
    FILTERS.put("string", (value, a) -> Printing.text(value, a.work()));
    FILTERS.put("safe", (value, a) -> Printing.text(value, a.work()));
    TextFilters.addTo(FILTERS);
    ListFilters.addTo(FILTERS);
    SelectionFilters.addTo(FILTERS);
  }

  private Filters() {}

  /**
   * {@return the filter of this name}
   *
   * @throws ChatTemplateException if there is none
   */
  static Filter named(String name) {
    @Nullable Filter filter = FILTERS.get(name);
    if (filter == null) {
      throw new ChatTemplateException(
          "expected one of the filters " + FILTERS.keySet() + ", found \"" + name + "\"");
    }
    return filter;
  }

  private static Object otherwise(Object value, Arguments arguments) {
    boolean falseToo = Values.isTrue(arguments.get(1, "boolean", false));
    boolean missing = value instanceof Undefined || (falseToo && !Values.isTrue(value));
    return missing ? arguments.get(0, "default_value", "") : value;
  }

  private static Object absolute(Object value) {
    return value instanceof Double real ? Math.abs(real) : Arithmetic.whole(value).abs();
  }

  private static Object whole(Object value, Arguments arguments) {
    Object fallback = arguments.get(0, "default", Values.whole(0));
    int radix = arguments.index(1, "base", 10);
    try {
      if (value instanceof String text) {
        String digits = PythonText.strip(text).replace("_", "");
        arguments.work().product(8 * digits.length(), 8 * digits.length());
        if (digits.length() > 400 || radix < 2 || radix > 36) {
          return fallback;
        }
        return digits.matches("[-+]?\\w+")
            ? new BigInteger(digits, radix)
            : new BigDecimal(Double.parseDouble(digits)).toBigInteger();
      }
      if (value instanceof Double real) {
        arguments.work().steps(EXACT_STEPS);
        return new BigDecimal(real).toBigInteger();
      }
      return value == None.NONE || !Comparing.isNumber(value) ? fallback : Arithmetic.whole(value);
    } catch (NumberFormatException e) {
      return fallback;
    }
  }

  private static Object real(Object value, Arguments arguments) {
    Object fallback = arguments.get(0, "default", 0.0);
    if (Comparing.isNumber(value)) {
      return Arithmetic.real(value);
    }
    arguments.work().characters(value instanceof String text ? 8L * text.length() : 0);
    try {
      return value instanceof String text && text.length() < 400
          ? (Object) Double.parseDouble(PythonText.strip(text))
          : fallback;
    } catch (NumberFormatException e) {
      return fallback;
    }
  }

  private static Object round(Object value, Arguments arguments) {
    int places = arguments.index(0, "precision", 0);
    String method = Values.string(arguments.get(1, "method", "common"));
    if (Math.abs(places) > 300) {
      throw new ChatTemplateException("round: expected at most 300 places, found " + places);
    }
    arguments.work().steps(EXACT_STEPS + Math.abs(places) / 2);
    if (method.equals("common")) {
      if (!(value instanceof Double real)) {
        return rounded(new BigDecimal(Arithmetic.whole(value)), places).toBigInteger();
      }
      return Double.isFinite(real) ? rounded(new BigDecimal(real), places).doubleValue() : real;
    }
    double scale = Math.pow(10, places);
    double scaled = Arithmetic.real(value) * scale;
    return switch (method) {
      case "ceil" -> Math.ceil(scaled) / scale;
      case "floor" -> Math.floor(scaled) / scale;
      default ->
          throw new ChatTemplateException("round: expected common, ceil or floor, found another");
    };
  }

  private static BigDecimal rounded(BigDecimal value, int places) {
    return value.setScale(places, RoundingMode.HALF_EVEN);
  }
}
