package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on numbers, strings and lists. Stateless. */
final class Arithmetic {
  private static final int MAX_BITS = 4096;

  private Arithmetic() {}

  /** {@return a applied to b by the operator as templates write it} */
  static Object apply(String operator, Object a, Object b, Work work) {
    work.steps(1);
    refuseUndefined(a);
    refuseUndefined(b);
    if (Comparing.isNumber(a) && Comparing.isNumber(b)) {
      return numbers(operator, a, b, work);
    }
    if (operator.equals("+") && a instanceof String text && b instanceof String other) {
      work.characters((long) text.length() + other.length());
      return text + other;
    }
    if (operator.equals("+") && a instanceof List && b instanceof List) {
      return joined(a, b, work);
    }
    if (operator.equals("+") && a instanceof Tuple && b instanceof Tuple) {
      return new Tuple(joined(a, b, work));
    }
    if (operator.equals("*") && a instanceof BigInteger && !Comparing.isNumber(b)) {
      return repeated(b, Values.index(a), operator, work);
    }
    if (operator.equals("*") && b instanceof BigInteger) {
      return repeated(a, Values.index(b), operator, work);
    }
    if (operator.equals("%") && a instanceof String format) {
      return Formatting.percent(
          format, b instanceof Tuple tuple ? tuple.items() : List.of(b), work);
    }
    throw unsuited(operator, a, b);
  }

  private static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  private static ChatTemplateException unsuited(String operator, Object a, Object b) {
    return new ChatTemplateException(
        "expected values that "
            + operator
            + " can join, found "
            + Values.typeName(a)
            + " and "
            + Values.typeName(b));
  }

  private static List<Object> joined(Object a, Object b, Work work) {
    List<Object> joined = new ArrayList<>(Values.items(a, work));
    joined.addAll(Values.items(b, work));
    return joined;
  }

  private static Object repeated(Object value, int count, String operator, Work work) {
    int times = Math.max(0, count);
    if (value instanceof String text) {
      work.characters((long) text.length() * times);
      return text.repeat(times);
    }
    if (value instanceof List || value instanceof Tuple) {
      List<Object> items = Values.items(value, work);
      work.steps((long) items.size() * times);
      List<Object> repeated = new ArrayList<>();
      for (int i = 0; i < times && !items.isEmpty(); i++) {
        repeated.addAll(items);
      }
      return value instanceof Tuple ? new Tuple(repeated) : repeated;
    }
    throw unsuited(operator, value, Values.whole(count));
  }

  private static Object numbers(String operator, Object a, Object b, Work work) {
    if (operator.equals("/")) {
      return quotient(real(a), real(b));
    }
    if (a instanceof Double || b instanceof Double) {
      return reals(operator, real(a), real(b));
    }
    return wholes(operator, whole(a), whole(b), work);
  }

  private static Object reals(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "//" -> Math.floor(quotient(a, b));
      case "%" -> remainder(a, b);
      case "**" -> Math.pow(a, b);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private static double quotient(double a, double b) {
    if (b == 0) {
      throw new ChatTemplateException("expected a divisor, found zero");
    }
    return a / b;
  }

  private static double remainder(double a, double b) {
    double remainder = b == 0 ? quotient(a, b) : a % b;
    return remainder != 0 && remainder < 0 != b < 0 ? remainder + b : remainder;
  }

  private static Object wholes(String operator, BigInteger a, BigInteger b, Work work) {
    boolean power = operator.equals("**");
    work.product(power ? MAX_BITS : a.bitLength(), power ? MAX_BITS / 2 : b.bitLength());
    return switch (operator) {
      case "+" -> a.add(b);
      case "-" -> a.subtract(b);
      case "*" -> bounded(a.multiply(b));
      case "//" -> divided(a, b)[0];
      case "%" -> divided(a, b)[1];
      case "**" -> power(a, b);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  /** Rounded down, so that the remainder has the sign of the divisor. */
  private static BigInteger[] divided(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw new ChatTemplateException("expected a divisor, found zero");
    }
    BigInteger[] result = a.divideAndRemainder(b);
    if (result[1].signum() != 0 && result[1].signum() != b.signum()) {
      result[0] = result[0].subtract(BigInteger.ONE);
      result[1] = result[1].add(b);
    }
    return result;
  }

  private static Object power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return Math.pow(quotient(1, base.doubleValue()), exponent.negate().doubleValue());
    }
    boolean small = exponent.bitLength() < Integer.SIZE;
    if (!small || (long) base.bitLength() * exponent.intValue() > MAX_BITS) {
      throw tooLarge();
    }
    return base.pow(exponent.intValue());
  }

  private static BigInteger bounded(BigInteger value) {
    if (value.bitLength() > MAX_BITS) {
      throw tooLarge();
    }
    return value;
  }

  private static ChatTemplateException tooLarge() {
    return new ChatTemplateException(
        "expected numbers of at most " + MAX_BITS + " bits, found more");
  }

  /** {@return the number negated} */
  static Object negative(Object value) {
    if (value instanceof Double real) {
      return -real;
    }
    return whole(value).negate();
  }

  /** {@return the whole number or truth value as a whole number} */
  static BigInteger whole(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? BigInteger.ONE : BigInteger.ZERO;
    }
    if (value instanceof BigInteger whole) {
      return whole;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    throw new ChatTemplateException("expected a whole number, found " + Values.typeName(value));
  }

  /** {@return the number as a real one} */
  static double real(Object value) {
    return value instanceof Double real ? real : whole(value).doubleValue();
  }
}
