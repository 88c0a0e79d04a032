package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Num;
import java.math.BigInteger;

/** The values of numbers in other bases. */
final class BasedNumbers {
  private BasedNumbers() {}

  /** Returns the value of digits with an optional point. */
  static Node value(BasedNumber number, Budget budget) {
    String digits = number.digits();
    int point = digits.indexOf('.');
    int places = point < 0 ? 0 : digits.length() - point - 1;
    budget.digits(5L * digits.length());
    Rational scale = Rational.of(number.base()).power(BigInteger.valueOf(-places), budget);
    try {
      BigInteger value = new BigInteger(digits.replace(".", ""), number.base());
      return Num.of(Rational.of(value).times(scale, budget));
    } catch (NumberFormatException e) {
      throw new OutOfReachException(digits + " is no number to base " + number.base());
    }
  }
}
