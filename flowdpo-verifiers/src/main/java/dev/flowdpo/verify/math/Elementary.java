package dev.flowdpo.verify.math;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Elementary functions of real numbers to any number of digits up to {@value #MAX_DIGITS}, by
 * argument reduction and Taylor series. The last few digits of a result are not to be relied on.
 * One object for one precision and one budget; not thread-safe.
 */
final class Elementary {
  static final int MAX_DIGITS = 700;
  private static final int GUARD_DIGITS = 15;
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final BigDecimal MAX_EXPONENT = BigDecimal.valueOf(100_000);
  private static final long MAX_MAGNITUDE = 100_000;

  private final MathContext context;
  private final FixedPoint series;
  private final Budget budget;
  private final long square; // of the digits, which the cost of an operation grows with

  Elementary(int digits, Budget budget) {
    this.context = new MathContext(digits + GUARD_DIGITS, RoundingMode.HALF_EVEN);
    this.series = new FixedPoint(digits + GUARD_DIGITS, budget);
    this.budget = budget;
    this.square = (long) context.getPrecision() * context.getPrecision();
  }

  /** π and ln 10, worked out once. */
  private static final class Constants {
    static final BigDecimal PI;
    static final BigDecimal LN_10;

    static {
      Budget budget = Budget.ofConstants();
      Elementary functions = new Elementary(MAX_DIGITS + GUARD_DIGITS, budget);
      // y += sin y near π, which triples the digits.
      BigDecimal y = new BigDecimal(Math.PI);
      for (int digits = 12; digits < functions.context.getPrecision(); digits *= 3) {
        y = y.add(functions.series.cosSin(y, functions.context)[1], functions.context);
      }
      PI = y;
      LN_10 = functions.lnNearOne(BigDecimal.TEN);
    }

    private Constants() {}
  }

  MathContext context() {
    return context;
  }

  BigDecimal multiply(BigDecimal a, BigDecimal b) {
    budget.spend(3 + square / 6_000);
    return bounded(a.multiply(b, context));
  }

  /** Refuses what is so large or small that aligning it with other numbers would take for ever. */
  private static BigDecimal bounded(BigDecimal x) {
    if (x.signum() != 0 && Math.abs(magnitude(x)) > MAX_MAGNITUDE) {
      throw new OutOfReachException("a number beyond 10^±" + MAX_MAGNITUDE);
    }
    return x;
  }

  BigDecimal divide(BigDecimal a, BigDecimal b) {
    if (b.signum() == 0) {
      throw new OutOfReachException("a division by zero");
    }
    budget.spend(5 + square / 4_000);
    return bounded(a.divide(b, context));
  }

  /** Returns the root of a number of at least 0. */
  BigDecimal sqrt(BigDecimal x) {
    budget.spend(100 + square / 60);
    return x.sqrt(context);
  }

  BigDecimal pi() {
    return Constants.PI.round(context);
  }

  /** Returns the decimal exponent of the leading digit. */
  static long magnitude(BigDecimal x) {
    return x.signum() == 0 ? Long.MIN_VALUE / 2 : (long) x.precision() - x.scale() - 1;
  }

  BigDecimal exp(BigDecimal x) {
    if (x.abs().compareTo(MAX_EXPONENT) > 0) {
      throw new OutOfReachException("an exponential beyond the limit");
    }
    int halvings = 0;
    BigDecimal r = x;
    while (r.abs().compareTo(TWO) > 0) {
      budget.spend(5 + square / 4_000);
      r = r.divide(TWO, context);
      halvings++;
    }
    BigDecimal power = series.exp(r, context);
    for (int i = 0; i < halvings; i++) {
      power = multiply(power, power);
    }
    return power;
  }

  /** Returns the natural logarithm of a positive number. */
  BigDecimal ln(BigDecimal x) {
    long exponent = magnitude(x);
    BigDecimal mantissa = x.scaleByPowerOfTen(Math.toIntExact(-exponent));
    BigDecimal ln = lnNearOne(mantissa);
    return exponent == 0
        ? ln
        : ln.add(multiply(Constants.LN_10, BigDecimal.valueOf(exponent)), context);
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
    BigDecimal r = x;
    if (x.abs().compareTo(TWO) > 0) {
      BigDecimal turn = Constants.PI.multiply(TWO);
      BigDecimal turns = x.divide(turn, context).setScale(0, RoundingMode.HALF_EVEN);
      r = x.subtract(turn.multiply(turns));
    }
    return series.cosSin(r, context);
  }

  /** Newton's iteration y += tan(arctan x − y), which triples the digits. */
  BigDecimal arctan(BigDecimal x) {
    if (magnitude(x) < -context.getPrecision()) {
      return x;
    }
    BigDecimal y = new BigDecimal(Math.atan(x.doubleValue()));
    for (int digits = 12; digits < context.getPrecision(); digits *= 3) {
      BigDecimal[] cosSin = series.cosSin(y, context);
      BigDecimal above = multiply(x, cosSin[0]).subtract(cosSin[1], context);
      BigDecimal below = multiply(x, cosSin[1]).add(cosSin[0], context);
      y = y.add(divide(above, below), context);
    }
    return y;
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
