package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Num;
import java.math.BigInteger;

/** The values of numbers in other bases. */
final class BasedNumbers {
  private BasedNumbers() {}

  /** Returns the value of digits with an optional point. */
  static Node value(BasedNumber number) {
    String digits = number.digits();
    int point = digits.indexOf('.');
    int places = point < 0 ? 0 : digits.length() - point - 1;
    Rational scale = Rational.of(number.base()).power(BigInteger.valueOf(-places));
    try {
      BigInteger value = new BigInteger(digits.replace(".", ""), number.base());
      return Num.of(Rational.of(value).times(scale));
    } catch (NumberFormatException e) {
      throw new OutOfReachException(digits + " is no number to base " + number.base());
    }
  }
}
