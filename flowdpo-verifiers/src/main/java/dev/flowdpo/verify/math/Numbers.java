package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import java.math.BigInteger;

/** Reads the digits of a number's token. */
final class Numbers {
  private static final int MAX_DIGITS = 20_000;

  private Numbers() {}

  /** Returns the exact value of digits with an optional point, repeating part and exponent. */
  static Num read(String token, Budget budget) {
    if (token.length() > MAX_DIGITS) {
      throw new OutOfReachException("a number of more than " + MAX_DIGITS + " digits");
    }
    budget.digits(4L * token.length());
    int exponentMark = token.indexOf('e');
    String digits = exponentMark < 0 ? token : token.substring(0, exponentMark);
    long exponent = exponentMark < 0 ? 0 : Long.parseLong(token.substring(exponentMark + 1));
    int point = digits.indexOf('.');
    if (point < 0) {
      Rational value = Rational.scaled(new BigInteger(digits), exponent, budget);
      return new Num(value, exponent < 0 ? (int) -exponent : -1, withLeadingZeros(digits));
    }
    int bracket = digits.indexOf('(');
    String whole = digits.substring(0, point);
    String decimals = digits.substring(point + 1, bracket < 0 ? digits.length() : bracket);
    Rational value =
        Rational.scaled(
            new BigInteger("0" + whole + decimals), exponent - decimals.length(), budget);
    if (bracket >= 0) {
      String period = digits.substring(bracket + 1, digits.length() - 1);
      BigInteger nines = BigInteger.TEN.pow(period.length()).subtract(BigInteger.ONE);
      Rational repeating =
          Rational.of(new BigInteger(period)).dividedBy(Rational.of(nines), budget);
      Rational shift = Rational.scaled(BigInteger.ONE, exponent - decimals.length(), budget);
      return Num.of(value.plus(repeating.times(shift, budget), budget));
    }
    int shown = (int) Math.max(0, decimals.length() - exponent);
    return new Num(value, shown, significant(whole + decimals));
  }

  /** Returns digits as the number they are to base ten, or as a name where they have letters. */
  static Node readOrSymbol(String digits, Budget budget) {
    if (digits.startsWith("-")) {
      return Node.negate(readOrSymbol(digits.substring(1), budget));
    }
    return digits.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')
        ? read(digits, budget)
        : new Node.Symbol(digits);
  }

  /** Whole numbers show no precision; leading zeros, as in 3:05, are remembered. */
  private static int withLeadingZeros(String digits) {
    return digits.length() > 1 && digits.charAt(0) == '0' ? digits.length() : 0;
  }

  private static int significant(String digits) {
    int zeros = 0;
    while (zeros < digits.length() && digits.charAt(zeros) == '0') {
      zeros++;
    }
    return digits.length() - zeros;
  }
}
