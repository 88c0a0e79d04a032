package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Num;
import java.math.BigInteger;

/** The values of numbers in other bases. */
final class BasedNumbers {
  private BasedNumbers() {}

  /** Returns the value of digits with an optional point. */
  static Node value(BasedNumber number) {
    int base = number.base();
    int point = number.digits().indexOf('.');
    boolean negative = number.digits().startsWith("-");
    String digits = number.digits().replace(".", "").replace("-", "");
    if (base < 2 || base > 36) {
      throw new OutOfReachException("a base beyond 36: " + base);
    }
    BigInteger value = BigInteger.ZERO;
    for (char digit : digits.toCharArray()) {
      int amount = Character.digit(digit, 36);
      if (amount < 0 || amount >= base) {
        throw new OutOfReachException("a digit that base " + base + " does not have: " + digit);
      }
      value = value.multiply(BigInteger.valueOf(base)).add(BigInteger.valueOf(amount));
    }
    int places = point < 0 ? 0 : digits.length() - point + (negative ? 1 : 0);
    Rational scale = Rational.of(base).power(BigInteger.valueOf(-places));
    return Num.of(Rational.of(negative ? value.negate() : value).times(scale));
  }
}
