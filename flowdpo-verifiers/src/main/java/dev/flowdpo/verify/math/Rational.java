package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * An exact fraction in lowest terms with a positive denominator. Numbers of more than {@value
 * #MAX_BITS} bits are out of reach; what takes long with long ones pays a budget. Immutable.
 */
record Rational(BigInteger numerator, BigInteger denominator) implements Comparable<Rational> {
  static final int MAX_BITS = 1 << 16;

  static final Rational ZERO = of(0);
  static final Rational ONE = of(1);
  static final Rational MINUS_ONE = of(-1);
  static final Rational HALF = new Rational(BigInteger.ONE, BigInteger.TWO);

  static Rational of(long value) {
    return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
  }

  static Rational of(BigInteger value) {
    return new Rational(value, BigInteger.ONE);
  }

  static Rational of(long numerator, long denominator) {
    return reduced(
        BigInteger.valueOf(numerator), BigInteger.valueOf(denominator), Budget.ofConstants());
  }

  /** Returns unscaled · 10^exponent. */
  static Rational scaled(BigInteger unscaled, long exponent, Budget budget) {
    if (unscaled.signum() == 0) {
      return ZERO;
    }
    if (Math.abs(exponent) > MAX_BITS / 3) {
      throw new OutOfReachException("a power of ten beyond the limit: 10^" + exponent);
    }
    long bits = 4 * Math.abs(exponent);
    budget.product(bits, bits + unscaled.bitLength());
    BigInteger power = BigInteger.TEN.pow((int) Math.abs(exponent));
    return exponent >= 0
        ? of(checked(unscaled.multiply(power)))
        : reduced(checked(unscaled), power, budget);
  }

  private static Rational reduced(BigInteger numerator, BigInteger denominator, Budget budget) {
    if (denominator.signum() == 0) {
      throw new OutOfReachException("a division by zero");
    }
    checked(numerator);
    checked(denominator);
    budget.divisor(numerator.bitLength(), denominator.bitLength());
    BigInteger common = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      common = common.negate();
    }
    return common.equals(BigInteger.ONE)
        ? new Rational(numerator, denominator)
        : new Rational(numerator.divide(common), denominator.divide(common));
  }

  private static BigInteger checked(BigInteger value) {
    if (value.bitLength() > MAX_BITS) {
      throw new OutOfReachException("a number of more than " + MAX_BITS + " bits");
    }
    return value;
  }

  Rational plus(Rational other, Budget budget) {
    if (isInteger() && other.isInteger()) {
      return of(checked(numerator.add(other.numerator)));
    }
    budget.product(3L * height(), other.height());
    return reduced(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator),
        budget);
  }

  Rational minus(Rational other, Budget budget) {
    return plus(other.negate(), budget);
  }

  Rational times(Rational other, Budget budget) {
    budget.product(2L * height(), other.height());
    if (isInteger() && other.isInteger()) {
      return of(checked(numerator.multiply(other.numerator)));
    }
    return reduced(
        numerator.multiply(other.numerator), denominator.multiply(other.denominator), budget);
  }

  Rational dividedBy(Rational other, Budget budget) {
    if (other.isZero()) {
      throw new OutOfReachException("a division by zero");
    }
    return times(other.inverse(), budget);
  }

  Rational negate() {
    return new Rational(numerator.negate(), denominator);
  }

  Rational abs() {
    return numerator.signum() < 0 ? negate() : this;
  }

  Rational inverse() {
    if (isZero()) {
      throw new OutOfReachException("a division by zero");
    }
    return numerator.signum() < 0
        ? new Rational(denominator.negate(), numerator.negate())
        : new Rational(denominator, numerator);
  }

  /** Returns the whole power, also a negative one. */
  Rational power(BigInteger exponent, Budget budget) {
    if (isZero() && exponent.signum() <= 0) {
      throw new OutOfReachException("zero to a power that is not positive");
    }
    if (equals(ONE) || isZero()) {
      return this;
    }
    if (equals(MINUS_ONE)) {
      return exponent.testBit(0) ? this : ONE;
    }
    long bits = Math.max(numerator.bitLength(), denominator.bitLength());
    if (exponent.bitLength() > 20 || bits * Math.abs(exponent.longValue()) > 2L * MAX_BITS) {
      throw new OutOfReachException("a power beyond the limit");
    }
    int size = Math.abs(exponent.intValue());
    budget.product(bits * size, bits * size);
    Rational power = new Rational(checked(numerator.pow(size)), checked(denominator.pow(size)));
    return exponent.signum() < 0 ? power.inverse() : power;
  }

  /** Returns the largest whole number that is not larger. */
  BigInteger floor(Budget budget) {
    if (isInteger()) {
      return numerator;
    }
    budget.quotient(numerator.bitLength(), denominator.bitLength());
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  boolean isInteger() {
    return denominator.equals(BigInteger.ONE);
  }

  boolean isZero() {
    return numerator.signum() == 0;
  }

  boolean isOne() {
    return equals(ONE);
  }

  int signum() {
    return numerator.signum();
  }

  /** Returns the whole value where it is one of at most 31 bits. */
  int intValueExact() {
    if (!isInteger() || numerator.bitLength() > 31) {
      throw new OutOfReachException("expected a small whole number, found another one");
    }
    return numerator.intValueExact();
  }

  /** Returns the number of bits of the larger part. */
  int height() {
    return Math.max(numerator.bitLength(), denominator.bitLength());
  }

  BigDecimal toDecimal(MathContext context, Budget budget) {
    if (isInteger()) {
      budget.digits(numerator.bitLength());
      return new BigDecimal(numerator, context);
    }
    // A quotient that ends has its zeros stripped one by one.
    budget.spend(20 + (long) context.getPrecision() * context.getPrecision() / 100);
    budget.quotient(height(), height());
    return new BigDecimal(numerator).divide(new BigDecimal(denominator), context);
  }

  /** Costs at most a multiplication of two numbers of that size. */
  @Override
  public int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  @Override
  public String toString() {
    return isInteger() ? numerator.toString() : numerator + "/" + denominator;
  }
}
