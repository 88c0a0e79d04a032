package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Elementary functions of real numbers to any number of digits, by argument reduction and Taylor
 * series. The last few digits of a result are not to be relied on. One object for one precision;
 * not thread-safe.
 */
final class Elementary {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final int HALVINGS = 8;
  private static final BigDecimal MAX_EXPONENT = BigDecimal.valueOf(100_000);

  private final MathContext context;
  private final Budget budget;
  private @org.jspecify.annotations.Nullable BigDecimal pi;
  private @org.jspecify.annotations.Nullable BigDecimal ln10;

  Elementary(int digits, Budget budget) {
    this.context = new MathContext(digits + 15, RoundingMode.HALF_EVEN);
    this.budget = budget;
  }

  MathContext context() {
    return context;
  }

  BigDecimal multiply(BigDecimal a, BigDecimal b) {
    budget.spend(1 + context.getPrecision() / 32);
    return a.multiply(b, context);
  }

  BigDecimal divide(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new OutOfReachException("a division by zero");
    }
    budget.spend(2 + context.getPrecision() / 16);
    return a.divide(b, context);
  }

  BigDecimal sqrt(BigDecimal x) {
    budget.spend(20 + context.getPrecision());
    return x.sqrt(context);
  }

  BigDecimal pi() {
    if (pi == null) {
      // Machin: π = 16 arctan(1/5) − 4 arctan(1/239).
      pi =
          arctanInverse(5)
              .multiply(BigDecimal.valueOf(16))
              .subtract(arctanInverse(239).multiply(BigDecimal.valueOf(4)), context);
    }
    return pi;
  }

  private BigDecimal arctanInverse(int n) {
    BigDecimal square = BigDecimal.valueOf((long) n * n);
    BigDecimal power = divide(BigDecimal.ONE, BigDecimal.valueOf(n));
    BigDecimal sum = power;
    for (int k = 3; !negligible(power, sum); k += 2) {
      power = divide(power, square).negate();
      sum = sum.add(divide(power, BigDecimal.valueOf(k)), context);
    }
    return sum;
  }

  private boolean negligible(BigDecimal term, BigDecimal sum) {
    return term.signum() == 0
        || magnitude(term) < magnitude(sum) - context.getPrecision() - 1;
  }

  /** Returns the decimal exponent of the leading digit. */
  static long magnitude(BigDecimal x) {
    return x.signum() == 0 ? Long.MIN_VALUE / 2 : (long) x.precision() - x.scale() - 1;
  }

  BigDecimal exp(BigDecimal x) {
    if (x.abs().compareTo(MAX_EXPONENT) > 0) {
      throw new OutOfReachException("an exponential beyond the limit");
    }
    int halvings = HALVINGS + (int) Math.max(0, 4 * (magnitude(x) + 1));
    BigDecimal r = divide(x, new BigDecimal(BigInteger.ONE.shiftLeft(halvings)));
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int k = 1; !negligible(term, sum); k++) {
      term = divide(multiply(term, r), BigDecimal.valueOf(k));
      sum = sum.add(term, context);
    }
    for (int i = 0; i < halvings; i++) {
      sum = multiply(sum, sum);
    }
    return sum;
  }

  /** Returns the natural logarithm of a positive number. */
  BigDecimal ln(BigDecimal x) {
    long exponent = magnitude(x);
    BigDecimal mantissa = x.scaleByPowerOfTen(Math.toIntExact(-exponent));
    BigDecimal ln = lnNearOne(mantissa);
    if (exponent == 0) {
      return ln;
    }
    if (ln10 == null) {
      ln10 = lnNearOne(BigDecimal.TEN);
    }
    return ln.add(multiply(ln10, BigDecimal.valueOf(exponent)), context);
  }

  /** Halley's iteration y += 2 (x − eʸ)/(x + eʸ), which triples the digits. */
  private BigDecimal lnNearOne(BigDecimal x) {
    if (x.compareTo(BigDecimal.ONE) == 0) {
      return BigDecimal.ZERO;
    }
    BigDecimal y = new BigDecimal(Math.log(x.doubleValue()), context);
    for (int digits = 12; digits < context.getPrecision(); digits *= 3) {
      BigDecimal power = exp(y);
      BigDecimal step = divide(x.subtract(power), x.add(power)).multiply(TWO);
      y = y.add(step, context);
    }
    return y;
  }

  /** Returns cosine and sine. */
  BigDecimal[] cosSin(BigDecimal x) {
    if (magnitude(x) > 30) {
      throw new OutOfReachException("an angle beyond the limit");
    }
    BigDecimal turn = pi().multiply(TWO);
    BigDecimal turns = x.divide(turn, context).setScale(0, RoundingMode.HALF_EVEN);
    BigDecimal r =
        divide(x.subtract(multiply(turn, turns), context), BigDecimal.valueOf(1 << HALVINGS));
    BigDecimal square = multiply(r, r);
    BigDecimal cos = BigDecimal.ONE;
    BigDecimal sin = r;
    BigDecimal cosTerm = BigDecimal.ONE;
    BigDecimal sinTerm = r;
    for (int k = 1; !negligible(cosTerm, BigDecimal.ONE); k += 2) {
      cosTerm = divide(multiply(cosTerm, square), BigDecimal.valueOf((long) k * (k + 1))).negate();
      sinTerm =
          divide(multiply(sinTerm, square), BigDecimal.valueOf((long) (k + 1) * (k + 2))).negate();
      cos = cos.add(cosTerm, context);
      sin = sin.add(sinTerm, context);
    }
    for (int i = 0; i < HALVINGS; i++) {
      BigDecimal doubled = multiply(sin, cos).multiply(TWO);
      cos = BigDecimal.ONE.subtract(multiply(sin, sin).multiply(TWO), context);
      sin = doubled;
    }
    return new BigDecimal[] {cos, sin};
  }

  BigDecimal arctan(BigDecimal x) {
    BigDecimal r = x;
    for (int i = 0; i < HALVINGS; i++) {
      // arctan x = 2 arctan(x / (1 + √(1 + x²)))
      BigDecimal root = sqrt(BigDecimal.ONE.add(multiply(r, r), context));
      r = divide(r, BigDecimal.ONE.add(root, context));
    }
    BigDecimal square = multiply(r, r);
    BigDecimal power = r;
    BigDecimal sum = r;
    for (int k = 3; !negligible(power, sum); k += 2) {
      power = multiply(power, square).negate();
      sum = sum.add(divide(power, BigDecimal.valueOf(k)), context);
    }
    return sum.multiply(BigDecimal.valueOf(1 << HALVINGS), context);
  }

  /** Returns the angle of a point in (−π, π]. */
  BigDecimal angle(BigDecimal re, BigDecimal im) {
    if (re.signum() == 0 && im.signum() == 0) {
      throw new OutOfReachException("the angle of zero");
    }
    if (im.signum() == 0) {
      return re.signum() > 0 ? BigDecimal.ZERO : pi();
    }
    if (re.signum() == 0) {
      BigDecimal half = pi().divide(TWO, context);
      return im.signum() > 0 ? half : half.negate();
    }
    BigDecimal angle = arctan(divide(im, re));
    if (re.signum() > 0) {
      return angle;
    }
    return im.signum() > 0 ? angle.add(pi(), context) : angle.subtract(pi(), context);
  }
}
