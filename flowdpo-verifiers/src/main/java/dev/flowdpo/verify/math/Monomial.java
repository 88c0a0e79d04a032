package dev.flowdpo.verify.math;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A product of atoms with rational exponents, sorted by atom. Immutable.
 *
 * @param factors atoms with exponents, none of them 0
 */
record Monomial(List<Factor> factors) {
  static final Monomial ONE = new Monomial(List.of());

  /** An atom and its exponent. */
  record Factor(Atom atom, Rational exponent) {}

  static Monomial of(Atom atom, Rational exponent) {
    return exponent.isZero() ? ONE : new Monomial(List.of(new Factor(atom, exponent)));
  }

  /**
   * Returns the product; exponents of one atom add up, also beyond what {@link #reduced} allows.
   */
  Monomial times(Monomial other, Budget budget) {
    if (factors.isEmpty()) {
      return other;
    }
    if (other.factors.isEmpty()) {
      return this;
    }
    budget.spend((factors.size() + other.factors.size()) / 2);
    List<Factor> merged = new ArrayList<>(factors.size() + other.factors.size());
    int i = 0;
    int j = 0;
    while (i < factors.size() && j < other.factors.size()) {
      Factor left = factors.get(i);
      Factor right = other.factors.get(j);
      int order = left.atom().compareTo(right.atom());
      if (order < 0) {
        merged.add(left);
        i++;
      } else if (order > 0) {
        merged.add(right);
        j++;
      } else {
        Rational exponent = left.exponent().plus(right.exponent(), budget);
        if (!exponent.isZero()) {
          merged.add(new Factor(left.atom(), exponent));
        }
        i++;
        j++;
      }
    }
    merged.addAll(factors.subList(i, factors.size()));
    merged.addAll(other.factors.subList(j, other.factors.size()));
    return new Monomial(List.copyOf(merged));
  }

  /** Returns all exponents multiplied. */
  Monomial power(Rational exponent, Budget budget) {
    return exponent.isZero()
        ? ONE
        : new Monomial(
            factors.stream()
                .map(f -> new Factor(f.atom(), f.exponent().times(exponent, budget)))
                .toList());
  }

  boolean isOne() {
    return factors.isEmpty();
  }

  /** Says whether the exponents of primes and i are as {@link #reduced} leaves them. */
  boolean isReduced() {
    for (Factor factor : factors) {
      Rational exponent = factor.exponent();
      if (factor.atom().kind() == Atom.Kind.PRIME
          && (exponent.signum() < 0 || exponent.compareTo(Rational.ONE) >= 0)) {
        return false;
      }
      if (factor.atom().kind() == Atom.Kind.I && !exponent.isOne()) {
        return false;
      }
    }
    return true;
  }

  /** Returns coefficient times this, with whole powers of primes and i² drawn out. */
  Term reduced(Rational coefficient, Budget budget) {
    if (isReduced()) {
      return new Term(coefficient, this);
    }
    Rational number = coefficient;
    List<Factor> kept = new ArrayList<>(factors.size());
    for (Factor factor : factors) {
      Rational exponent = factor.exponent();
      if (factor.atom().kind() == Atom.Kind.PRIME) {
        BigInteger whole = exponent.floor(budget);
        number = number.times(Rational.of(factor.atom().prime()).power(whole, budget), budget);
        exponent = exponent.minus(Rational.of(whole), budget);
      } else if (factor.atom().kind() == Atom.Kind.I) {
        if (!exponent.isInteger()) {
          throw new OutOfReachException("a root of the imaginary unit");
        }
        int turns = exponent.numerator().mod(BigInteger.valueOf(4)).intValue();
        number = turns >= 2 ? number.negate() : number;
        exponent = Rational.of(turns % 2);
      }
      if (!exponent.isZero()) {
        kept.add(new Factor(factor.atom(), exponent));
      }
    }
    return new Term(number, new Monomial(List.copyOf(kept)));
  }

  /** A monomial with its coefficient. */
  record Term(Rational coefficient, Monomial monomial) {}

  String key(Budget budget) {
    for (Factor factor : factors) {
      budget.spend(8 + factor.atom().key().length() / 16);
      budget.digits(factor.exponent().height());
    }
    return factors.stream()
        .map(f -> f.atom().kind().ordinal() + f.atom().key() + "^" + f.exponent())
        .collect(Collectors.joining("·"));
  }
}
