package dev.flowdpo.verify.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/** Functions whose values at rational numbers are rational. */
final class WholeFunctions {
  private static final int MAX_FACTORIAL = 4_000;

  private WholeFunctions() {}

  /** Returns the exact value, where the function has one at these arguments. */
  static Optional<Rational> value(String function, List<Rational> arguments, Budget budget) {
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    Rational first = arguments.get(0);
    return switch (function) {
      case "abs" -> Optional.of(first.abs());
      case "sign" -> Optional.of(Rational.of(first.signum()));
      case "floor" -> Optional.of(Rational.of(first.floor(budget)));
      case "ceil" -> Optional.of(Rational.of(first.negate().floor(budget).negate()));
      case "re", "conj" -> Optional.of(first);
      case "im" -> Optional.of(Rational.ZERO);
      case "max" -> Optional.of(fold(arguments, (a, b) -> larger(a, b, budget)));
      case "min" -> Optional.of(fold(arguments, (a, b) -> larger(a, b, budget) == a ? b : a));
      case "gcd" -> whole(arguments).map(a -> fold(a, (x, y) -> gcd(x, y, budget)));
      case "lcm" -> whole(arguments).map(a -> fold(a, (x, y) -> lcm(x, y, budget)));
      case "mod" ->
          arguments.size() == 2 ? modulo(first, arguments.get(1), budget) : Optional.empty();
      case "factorial" -> natural(first).map(n -> factorial(n, 1, budget));
      case "doublefactorial" -> natural(first).map(n -> factorial(n, 2, budget));
      case "binom" ->
          arguments.size() == 2
              ? natural(arguments.get(1)).flatMap(k -> binomial(first, k, budget))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Rational fold(List<Rational> values, BinaryOperator<Rational> operator) {
    return values.stream().reduce(operator).orElseThrow();
  }

  private static Optional<List<Rational>> whole(List<Rational> values) {
    return values.stream().allMatch(Rational::isInteger) ? Optional.of(values) : Optional.empty();
  }

  private static Optional<Integer> natural(Rational value) {
    return value.isInteger() && value.signum() >= 0
        ? Optional.of(value.intValueExact())
        : Optional.empty();
  }

  private static Rational larger(Rational a, Rational b, Budget budget) {
    budget.product(2L * a.height(), b.height());
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Rational gcd(Rational a, Rational b, Budget budget) {
    budget.divisor(a.height(), b.height());
    return Rational.of(a.numerator().gcd(b.numerator()));
  }

  private static Rational lcm(Rational a, Rational b, Budget budget) {
    Rational gcd = gcd(a, b, budget);
    return gcd.isZero() ? Rational.ZERO : a.times(b, budget).abs().dividedBy(gcd, budget);
  }

  private static Optional<Rational> modulo(Rational value, Rational modulus, Budget budget) {
    budget.quotient(value.height(), modulus.height());
    return value.isInteger() && modulus.isInteger() && modulus.signum() > 0
        ? Optional.of(Rational.of(value.numerator().mod(modulus.numerator())))
        : Optional.empty();
  }

  /** n (n − step) (n − 2 step) … */
  private static Rational factorial(int number, int step, Budget budget) {
    if (number > MAX_FACTORIAL) {
      throw new OutOfReachException("the factorial of a number above " + MAX_FACTORIAL);
    }
    BigInteger product = BigInteger.ONE;
    for (int i = number; i > 1; i -= step) {
      budget.spend(1 + product.bitLength() / 1_024);
      product = product.multiply(BigInteger.valueOf(i));
    }
    return Rational.of(product);
  }

  private static Optional<Rational> binomial(Rational n, int k, Budget budget) {
    if (!n.isInteger() || n.signum() < 0) {
      return Optional.empty();
    }
    if (Rational.of(k).compareTo(n) > 0) {
      return Optional.of(Rational.ZERO);
    }
    Rational other = n.minus(Rational.of(k), budget);
    int steps = other.compareTo(Rational.of(k)) < 0 ? other.intValueExact() : k;
    if (steps > MAX_FACTORIAL) {
      throw new OutOfReachException("a binomial coefficient with more than that many factors");
    }
    BigInteger value = BigInteger.ONE;
    for (int i = 0; i < steps; i++) {
      budget.spend(4);
      budget.product(value.bitLength(), n.height());
      budget.quotient(value.bitLength(), Integer.SIZE);
      BigInteger factor = n.numerator().subtract(BigInteger.valueOf(i));
      value = value.multiply(factor).divide(BigInteger.valueOf(i + 1)); // without remainder
      if (value.bitLength() > Rational.MAX_BITS) {
        throw new OutOfReachException("a binomial coefficient of that many digits");
      }
    }
    return Optional.of(Rational.of(value));
  }
}
