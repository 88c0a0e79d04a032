package dev.flowdpo.verify.math;

import java.math.BigDecimal;

/**
 * A complex number to many digits. A real number has an imaginary part of exactly zero, and real
 * operations keep it so. Immutable.
 */
record Complex(BigDecimal re, BigDecimal im) {
  static final Complex ZERO = of(BigDecimal.ZERO);
  static final Complex ONE = of(BigDecimal.ONE);
  static final Complex I = new Complex(BigDecimal.ZERO, BigDecimal.ONE);

  static Complex of(BigDecimal value) {
    return new Complex(value, BigDecimal.ZERO);
  }

  boolean isReal() {
    return im.signum() == 0;
  }

  boolean isZero() {
    return isReal() && re.signum() == 0;
  }

  /** Returns the decimal exponent of the larger part. */
  long magnitude() {
    return Math.max(Elementary.magnitude(re), Elementary.magnitude(im));
  }

  Complex plus(Complex other, Elementary functions) {
    return new Complex(
        re.add(other.re, functions.context()), im.add(other.im, functions.context()));
  }

  Complex minus(Complex other, Elementary functions) {
    return plus(other.negate(), functions);
  }

  Complex negate() {
    return new Complex(re.negate(), im.negate());
  }

  Complex times(Complex other, Elementary f) {
    if (isReal() && other.isReal()) {
      return of(f.multiply(re, other.re));
    }
    return new Complex(
        f.multiply(re, other.re).subtract(f.multiply(im, other.im), f.context()),
        f.multiply(re, other.im).add(f.multiply(im, other.re), f.context()));
  }

  Complex dividedBy(Complex other, Elementary f) {
    if (isReal() && other.isReal()) {
      return of(f.divide(re, other.re));
    }
    BigDecimal square =
        f.multiply(other.re, other.re).add(f.multiply(other.im, other.im), f.context());
    Complex product = times(new Complex(other.re, other.im.negate()), f);
    return new Complex(f.divide(product.re, square), f.divide(product.im, square));
  }

  BigDecimal abs(Elementary f) {
    return isReal() ? re.abs() : f.sqrt(f.multiply(re, re).add(f.multiply(im, im), f.context()));
  }

  Complex exp(Elementary f) {
    BigDecimal size = f.exp(re);
    if (isReal()) {
      return of(size);
    }
    BigDecimal[] cosSin = f.cosSin(im);
    return new Complex(f.multiply(size, cosSin[0]), f.multiply(size, cosSin[1]));
  }

  /** Returns the principal logarithm. */
  Complex ln(Elementary f) {
    if (isZero()) {
      throw new OutOfReachException("the logarithm of zero");
    }
    return new Complex(f.ln(abs(f)), f.angle(re, im));
  }

  /** Returns the principal square root. */
  Complex sqrt(Elementary f) {
    if (isReal()) {
      BigDecimal root = f.sqrt(re.abs());
      return re.signum() >= 0 ? of(root) : new Complex(BigDecimal.ZERO, root);
    }
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal real = f.sqrt(f.divide(abs(f).add(re.abs()), two));
    BigDecimal imaginary = f.divide(im.abs(), real.multiply(two));
    boolean right = re.signum() >= 0;
    BigDecimal x = right ? real : imaginary;
    BigDecimal y = right ? imaginary : real;
    return new Complex(x, im.signum() < 0 ? y.negate() : y);
  }

  Complex power(int exponent, Elementary f) {
    if (exponent < 0) {
      return ONE.dividedBy(power(-exponent, f), f);
    }
    Complex power = ONE;
    Complex square = this;
    for (int rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        power = power.times(square, f);
      }
      if (rest > 1) {
        square = square.times(square, f);
      }
    }
    return power;
  }
}
