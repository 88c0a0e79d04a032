package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Atom.Kind;
import dev.flowdpo.verify.math.Monomial.Factor;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Decides by terms alone whether a normal form is zero, where that is possible. */
enum ZeroTest {
  /** It is zero. */
  ZERO,
  /** It is not. */
  NOT_ZERO,
  /** The terms do not say: their atoms may depend on each other. */
  OPEN;

  private static final BigInteger SURE_PRIME = BigInteger.valueOf(25_000_000);

  /** Returns what the terms say. Roots of sums are multiplied out first. */
  static ZeroTest of(Polynomial polynomial, Budget budget) {
    Polynomial expanded = expanded(polynomial, budget);
    if (expanded.isZero()) {
      return ZERO;
    }
    return independent(expanded) ? NOT_ZERO : OPEN;
  }

  /**
   * Says whether atoms cannot cancel each other: fractional powers of distinct primes are linearly
   * independent over the rationals (Besicovitch 1940), π is transcendental over them, variables are
   * free.
   */
  private static boolean independent(Polynomial polynomial) {
    boolean pi = false;
    boolean e = false;
    for (Monomial monomial : polynomial.terms().keySet()) {
      for (Factor factor : monomial.factors()) {
        Atom atom = factor.atom();
        switch (atom.kind()) {
          case PRIME -> {
            if (atom.prime().compareTo(SURE_PRIME) > 0) {
              return false;
            }
          }
          case PI -> pi = true;
          case E -> e = true;
          case I, SYMBOL -> {}
          default -> {
            return false;
          }
        }
      }
    }
    return !(pi && e);
  }

  /**
   * Multiplies by roots in denominators, then replaces whole powers of roots by what is in them.
   */
  private static Polynomial expanded(Polynomial polynomial, Budget budget) {
    List<Factor> lowest = polynomial.lowest(Kind.COMPOSITE);
    if (lowest.isEmpty()) {
      return polynomial;
    }
    Monomial shift = Monomial.ONE;
    for (Factor root : lowest) {
      if (root.exponent().signum() < 0) {
        Rational up = Rational.of(root.exponent().floor(budget)).negate();
        shift = shift.times(Monomial.of(root.atom(), up), budget);
      }
    }
    Polynomial sum = Polynomial.ZERO;
    for (Map.Entry<Monomial, Rational> term : polynomial.terms().entrySet()) {
      budget.spend(10);
      sum = sum.plus(expanded(term.getKey().times(shift, budget), term.getValue(), budget), budget);
    }
    return sum.equals(polynomial) ? sum : expanded(sum, budget);
  }

  private static Polynomial expanded(Monomial monomial, Rational coefficient, Budget budget) {
    Polynomial product = Polynomial.of(coefficient);
    for (Factor factor : monomial.factors()) {
      Rational exponent = factor.exponent();
      if (factor.atom().kind() == Kind.COMPOSITE) {
        int whole = Rational.of(exponent.floor(budget)).intValueExact();
        if (whole > 0) {
          product = product.times(factor.atom().base().power(whole, budget), budget);
          exponent = exponent.minus(Rational.of(whole), budget);
        }
      }
      if (!exponent.isZero()) {
        Monomial kept = new Monomial(List.of(new Factor(factor.atom(), exponent)));
        product = product.times(Polynomial.of(kept.reduced(Rational.ONE, budget)), budget);
      }
    }
    return product;
  }
}
