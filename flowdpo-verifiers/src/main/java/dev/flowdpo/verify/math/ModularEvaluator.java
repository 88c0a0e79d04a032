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
 * Values of rational functions modulo the prime 2⁶¹ − 1. Two different polynomials of degree d
 * agree at a random point with a chance of d / 2⁶¹ (Schwartz 1980, Zippel 1979), whatever the size
 * of their expanded forms.
 */
final class ModularEvaluator {
  private static final long PRIME = (1L << 61) - 1;
  private static final BigInteger MODULUS = BigInteger.valueOf(PRIME);
  private static final int POINTS = 4;

  private final int seed;
  private final Budget budget;

  private ModularEvaluator(int seed, Budget budget) {
    this.seed = seed;
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

  /** Says whether the formulas agree at all of a few points. */
  static boolean agree(Node left, Node right, Budget budget) {
    for (int point = 0; point < POINTS; point++) {
      ModularEvaluator evaluator = new ModularEvaluator(point, budget);
      if (evaluator.value(left) != evaluator.value(right)) {
        return false;
      }
    }
    return true;
  }

  private long value(Node node) {
    budget.spend(1);
    if (node instanceof Num num) {
      long denominator = num.value().denominator().mod(MODULUS).longValue();
      return times(num.value().numerator().mod(MODULUS).longValue(), inverse(denominator));
    } else if (node instanceof Symbol symbol) {
      long bits =
          Hashing.murmur3_128(seed).hashString(symbol.name(), StandardCharsets.UTF_8).asLong();
      return Math.floorMod(bits, PRIME);
    } else if (node instanceof Sum sum) {
      long total = 0;
      for (Node term : sum.terms()) {
        total = (total + value(term)) % PRIME;
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

  private static long times(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    // a b = high 2⁶⁴ + low, and 2⁶¹ ≡ 1.
    long folded = (low & PRIME) + ((high << 3) | (low >>> 61));
    return folded >= PRIME ? folded - PRIME : folded;
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
    return value == 1 ? 1 : power(value, MODULUS.subtract(BigInteger.TWO));
  }
}
