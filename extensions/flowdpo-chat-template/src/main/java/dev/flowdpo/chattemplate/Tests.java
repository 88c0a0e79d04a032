package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Callable;
import dev.flowdpo.chattemplate.Values.None;
import dev.flowdpo.chattemplate.Values.Range;
import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What may stand after {@code is}. Stateless. */
final class Tests {
  /** One test. */
  @FunctionalInterface
  interface Test {
    /** {@return whether the value passes} */
    boolean holds(Object value, Arguments arguments);
  }

  private static final Map<String, Test> TESTS = new TreeMap<>();

  static {
    TESTS.put("defined", (value, a) -> !(value instanceof Undefined));
    TESTS.put("undefined", (value, a) -> value instanceof Undefined);
    TESTS.put("none", (value, a) -> value == None.NONE);
    TESTS.put("boolean", (value, a) -> value instanceof Boolean);
    TESTS.put("true", (value, a) -> Boolean.TRUE.equals(value));
    TESTS.put("false", (value, a) -> Boolean.FALSE.equals(value));
    TESTS.put("integer", (value, a) -> value instanceof BigInteger);
    TESTS.put("float", (value, a) -> value instanceof Double);
    TESTS.put("number", (value, a) -> Comparing.isNumber(value));
    TESTS.put("string", (value, a) -> value instanceof String);
    TESTS.put("mapping", (value, a) -> value instanceof Map);
    TESTS.put("iterable", (value, a) -> Values.isIterable(value));
    TESTS.put("sequence", (value, a) -> isSequence(value));
    TESTS.put("callable", (value, a) -> value instanceof Callable);
    TESTS.put("lower", (value, a) -> StringMethods.isCase(text(value, a), true));
    TESTS.put("upper", (value, a) -> StringMethods.isCase(text(value, a), false));
    TESTS.put("odd", (value, a) -> isRemainder(value, Values.whole(2), 1, a));
    TESTS.put("even", (value, a) -> isRemainder(value, Values.whole(2), 0, a));
    TESTS.put("divisibleby", (value, a) -> isRemainder(value, a.require(0, "num"), 0, a));
    TESTS.put("sameas", (value, a) -> isSame(value, a.require(0, "other")));
    TESTS.put("in", (value, a) -> Access.contains(a.require(0, "seq"), value, a.work()));
    comparison("==", "eq", "equalto");
    comparison("!=", "ne");
    comparison("<", "lt", "lessthan");
    comparison("<=", "le");
    comparison(">", "gt", "greaterthan");
    comparison(">=", "ge");
  }

  private Tests() {}

  private static void comparison(String operator, String... names) {
    Test test = (value, a) -> compare(operator, value, a.require(0, "other"), a.work());
    TESTS.put(operator, test);
    for (String name : names) {
      TESTS.put(name, test);
    }
  }

  /**
   * {@return the test of this name}
   *
   * @throws ChatTemplateException if there is none
   */
  static Test named(String name) {
    @Nullable Test test = TESTS.get(name);
    if (test == null) {
      throw new ChatTemplateException(
          "expected one of the tests " + TESTS.keySet() + ", found \"" + name + "\"");
    }
    return test;
  }

  /** {@return whether the comparison holds} */
  static boolean compare(String operator, Object left, Object right, Work work) {
    switch (operator) {
      case "==" -> {
        return Comparing.equal(left, right, work);
      }
      case "!=" -> {
        return !Comparing.equal(left, right, work);
      }
      default -> {
        boolean ordered = !isNotANumber(left) && !isNotANumber(right);
        int order = Comparing.order(left, right, work);
        return ordered
            && switch (operator) {
              case "<" -> order < 0;
              case "<=" -> order <= 0;
              case ">" -> order > 0;
              default -> order >= 0;
            };
      }
    }
  }

  private static boolean isNotANumber(Object value) {
    return value instanceof Double number && Double.isNaN(number);
  }

  private static String text(Object value, Arguments arguments) {
    String text = Printing.text(value, arguments.work());
    arguments.work().steps(text.length());
    return text;
  }

  private static boolean isSequence(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof Range
        || value instanceof Undefined;
  }

  private static boolean isRemainder(
      Object value, Object divisor, int remainder, Arguments arguments) {
    Object found = Arithmetic.apply("%", value, divisor, arguments.work());
    return Comparing.equal(found, Values.whole(remainder), arguments.work());
  }

  private static boolean isSame(Object value, Object other) {
    boolean scalar =
        value instanceof String || value instanceof BigInteger || value instanceof Boolean;
    return value == other || (scalar && value.equals(other));
  }
}
