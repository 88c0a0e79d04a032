package dev.flowdpo.verify.math;

import com.google.common.hash.Hashing;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Node.Symbol;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Values of rational functions modulo primes of 50 bits. Two different polynomials of degree d
 * agree at a random point with a chance of d / 2⁵⁰ (Schwartz 1980, Zippel 1979), whatever the size
 * of their expanded forms; two different numbers of b bits agree modulo no more than b / 50 of the
 * 10¹³ primes there are. The primes are drawn by the two formulas: with one that is known, a
 * formula is easily made up that another one agrees with (2⁶¹ is 1 modulo 2⁶¹ − 1).
 */
final class ModularEvaluator {
  private static final int PRIME_BITS = 50;
  private static final int POINTS = 4;
  private static final long PRIME_STEPS = 2_000;

  /** Bits that a value may have when it is worked out: each point errs by at most one in 10⁴. */
  private static final double MAX_SIZE = 1e10;

  private final long seed;
  private final long prime;
  private final BigInteger modulus;
  private final Budget budget;

  private ModularEvaluator(long seed, Budget budget) {
    budget.spend(PRIME_STEPS);
    this.seed = seed;
    this.modulus =
        BigInteger.valueOf((1L << (PRIME_BITS - 1)) + (seed >>> (Long.SIZE - PRIME_BITS + 2)))
            .nextProbablePrime();
    this.prime = modulus.longValue();
    this.budget = budget;
  }

  /** Says whether the formula has variables, numbers, sums, products and whole powers only. */
  static boolean reads(Node node) {
    if (node instanceof Num || node instanceof Symbol) {
      return true;
    }
    if (node instanceof Power power) {
      return reads(power.base()) && exponent(power.exponent()) != null;
    }
    return (node instanceof Sum || node instanceof Product)
        && node.children().stream().allMatch(ModularEvaluator::reads);
  }

  private static @org.jspecify.annotations.Nullable BigInteger exponent(Node node) {
    return node instanceof Num num && num.value().isInteger() ? num.value().numerator() : null;
  }

  /**
   * Says whether the formulas agree at all of a few points.
   *
   * @throws OutOfReachException if their values are so large that agreement says nothing
   */
  static boolean agree(Node left, Node right, Budget budget) {
    if (size(left) + size(right) > MAX_SIZE) {
      throw new OutOfReachException("powers beyond the limit");
    }
    int formulas = 31 * left.hashCode() + right.hashCode();
    for (int point = 0; point < POINTS; point++) {
      long seed = Hashing.murmur3_128(point).hashInt(formulas).asLong();
      ModularEvaluator evaluator = new ModularEvaluator(seed, budget);
      if (evaluator.value(left) != evaluator.value(right)) {
        return false;
      }
    }
    return true;
  }

  /** Returns a bound for the bits of the value at a point, or for the degree. */
  private static double size(Node node) {
    if (node instanceof Num num) {
      return num.value().height();
    } else if (node instanceof Symbol) {
      return PRIME_BITS;
    } else if (node instanceof Power power && power.exponent() instanceof Num exponent) {
      return size(power.base()) * exponent.value().numerator().abs().doubleValue();
    }
    return node.children().stream().mapToDouble(ModularEvaluator::size).sum() + 1;
  }

  private long value(Node node) {
    budget.spend(1);
    if (node instanceof Num num) {
      budget.quotient(num.value().height(), PRIME_BITS);
      long denominator = num.value().denominator().mod(modulus).longValue();
      return times(num.value().numerator().mod(modulus).longValue(), inverse(denominator));
    } else if (node instanceof Symbol symbol) {
      budget.spend(2);
      long bits =
          Hashing.murmur3_128((int) seed)
              .hashString(symbol.name(), StandardCharsets.UTF_8)
              .asLong();
      return Math.floorMod(bits, prime);
    } else if (node instanceof Sum sum) {
      long total = 0;
      for (Node term : sum.terms()) {
        total = (total + value(term)) % prime;
      }
      return total;
    } else if (node instanceof Product product) {
      long total = 1;
      for (Node factor : product.factors()) {
        total = times(total, value(factor));
      }
      return total;
    } else if (node instanceof Power power) {
      BigInteger exponent = exponent(power.exponent());
      if (exponent != null) {
        long base = value(power.base());
        return power(exponent.signum() < 0 ? inverse(base) : base, exponent.abs());
      }
    }
    throw new OutOfReachException("no rational function");
  }

  /** The quotient in floating point is off by one at most, and the rest is exact modulo 2⁶⁴. */
  private long times(long a, long b) {
    long quotient = (long) ((double) a * b / prime);
    return Math.floorMod(a * b - quotient * prime, prime);
  }

  private long power(long base, BigInteger exponent) {
    long power = 1;
    for (int bit = exponent.bitLength() - 1; bit >= 0; bit--) {
      budget.spend(1);
      power = times(power, power);
      if (exponent.testBit(bit)) {
        power = times(power, base);
      }
    }
    return power;
  }

  private long inverse(long value) {
    if (value == 0) {
      throw new OutOfReachException("a division by zero");
    }
    return value == 1 ? 1 : power(value, modulus.subtract(BigInteger.TWO));
  }
}
