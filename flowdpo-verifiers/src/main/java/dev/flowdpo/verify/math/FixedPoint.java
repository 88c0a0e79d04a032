package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Taylor series in fixed-point arithmetic: numbers are whole multiples of 2^−bits, so that a term
 * costs one multiplication and one division by a small number. For arguments of at most a few
 * units.
 */
final class FixedPoint {
  private static final int GUARD_BITS = 48;
  private static final int HALVINGS = 8;

  private final int bits;
  private final Budget budget;

  FixedPoint(int digits, Budget budget) {
    this.bits = (int) Math.ceil(digits * 3.3219281) + GUARD_BITS;
    this.budget = budget;
  }

  private BigInteger of(BigDecimal x) {
    if (Elementary.magnitude(x) < -bits / 3) {
      return BigInteger.ZERO; // as it would be rounded to, but without the work of aligning it
    }
    budget.spend(3 + (long) bits * bits / 20_000);
    BigDecimal scaled = x.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(bits)));
    return scaled.setScale(0, RoundingMode.HALF_EVEN).unscaledValue();
  }

  private BigDecimal decimal(BigInteger x, MathContext context) {
    budget.spend(3 + (long) bits * bits / 20_000);
    return new BigDecimal(x).divide(new BigDecimal(BigInteger.ONE.shiftLeft(bits)), context);
  }

  private BigInteger times(BigInteger a, BigInteger b) {
    budget.spend(1 + (long) bits * bits / 150_000);
    return a.multiply(b).shiftRight(bits);
  }

  private BigInteger over(BigInteger a, long divisor) {
    return a.divide(BigInteger.valueOf(divisor));
  }

  BigDecimal exp(BigDecimal x, MathContext context) {
    BigInteger r = of(x).shiftRight(HALVINGS);
    BigInteger one = BigInteger.ONE.shiftLeft(bits);
    BigInteger sum = one;
    BigInteger term = one;
    for (int k = 1; term.signum() != 0 && term.bitLength() > 1; k++) {
      term = over(times(term, r), k);
      sum = sum.add(term);
    }
    for (int i = 0; i < HALVINGS; i++) {
      sum = times(sum, sum);
    }
    return decimal(sum, context);
  }

  /** Returns cosine and sine. */
  BigDecimal[] cosSin(BigDecimal x, MathContext context) {
    BigInteger r = of(x).shiftRight(HALVINGS);
    BigInteger square = times(r, r);
    BigInteger one = BigInteger.ONE.shiftLeft(bits);
    BigInteger cos = one;
    BigInteger sin = r;
    BigInteger cosTerm = one;
    BigInteger sinTerm = r;
    for (long k = 1; cosTerm.bitLength() > 1; k += 2) {
      cosTerm = over(times(cosTerm, square), k * (k + 1)).negate();
      sinTerm = over(times(sinTerm, square), (k + 1) * (k + 2)).negate();
      cos = cos.add(cosTerm);
      sin = sin.add(sinTerm);
    }
    for (int i = 0; i < HALVINGS; i++) {
      BigInteger doubled = times(sin, cos).shiftLeft(1);
      cos = one.subtract(times(sin, sin).shiftLeft(1));
      sin = doubled;
    }
    return new BigDecimal[] {decimal(cos, context), decimal(sin, context)};
  }
}
