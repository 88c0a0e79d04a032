package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.verify.math.Monomial.Factor;
import dev.flowdpo.verify.math.Monomial.Term;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sum of monomials with rational coefficients. Equal sums have equal terms, as far as the atoms
 * are independent of each other. Immutable.
 *
 * @param terms coefficients by monomial, none of them 0
 */
record Polynomial(ImmutableMap<Monomial, Rational> terms) {
  private static final int MAX_TERMS = 3_000;

  static final Polynomial ZERO = new Polynomial(ImmutableMap.of());
  static final Polynomial ONE = of(Rational.ONE);

  static Polynomial of(Rational value) {
    return value.isZero() ? ZERO : new Polynomial(ImmutableMap.of(Monomial.ONE, value));
  }

  static Polynomial of(Monomial monomial, Budget budget) {
    return of(monomial.reduced(Rational.ONE, budget));
  }

  static Polynomial of(Term term) {
    return new Polynomial(ImmutableMap.of(term.monomial(), term.coefficient()));
  }

  static Polynomial of(Atom atom) {
    return new Polynomial(ImmutableMap.of(Monomial.of(atom, Rational.ONE), Rational.ONE));
  }

  private static Polynomial of(Map<Monomial, Rational> sums, Budget budget) {
    budget.spend(sums.size());
    sums.values().removeIf(Rational::isZero);
    return new Polynomial(ImmutableMap.copyOf(sums));
  }

  boolean isZero() {
    return terms.isEmpty();
  }

  boolean isOne() {
    return isConstant() && constant().isOne();
  }

  /** Says whether this is a rational number. */
  boolean isConstant() {
    return terms.isEmpty() || (terms.size() == 1 && terms.containsKey(Monomial.ONE));
  }

  /** Returns the term without atoms. */
  Rational constant() {
    return terms.getOrDefault(Monomial.ONE, Rational.ZERO);
  }

  /** Returns the one term there is. */
  Term single() {
    Map.Entry<Monomial, Rational> entry = terms.entrySet().iterator().next();
    return new Term(entry.getValue(), entry.getKey());
  }

  Polynomial plus(Polynomial other, Budget budget) {
    if (isZero()) {
      return other;
    }
    if (other.isZero()) {
      return this;
    }
    budget.spend((terms.size() + other.terms.size()) / 2);
    Map<Monomial, Rational> sums = new HashMap<>(terms);
    other.terms.forEach(
        (monomial, value) -> sums.merge(monomial, value, (a, b) -> a.plus(b, budget)));
    return of(sums, budget);
  }

  Polynomial times(Polynomial other, Budget budget) {
    if (isOne()) {
      return other;
    }
    if (other.isOne()) {
      return this;
    }
    Map<Monomial, Rational> sums = new HashMap<>();
    terms.forEach(
        (left, leftValue) -> {
          other.terms.forEach(
              (right, rightValue) -> {
                budget.spend(4);
                Term term =
                    left.times(right, budget).reduced(leftValue.times(rightValue, budget), budget);
                sums.merge(term.monomial(), term.coefficient(), (a, b) -> a.plus(b, budget));
              });
          if (sums.size() > MAX_TERMS) {
            throw new OutOfReachException("a sum of more than " + MAX_TERMS + " terms");
          }
        });
    return of(sums, budget);
  }

  Polynomial times(Rational factor, Budget budget) {
    return factor.isOne() ? this : times(of(factor), budget);
  }

  Polynomial negate(Budget budget) {
    return times(Rational.MINUS_ONE, budget);
  }

  /** Returns the power by repeated squaring; exponent at least 0. */
  Polynomial power(int exponent, Budget budget) {
    Polynomial power = ONE;
    Polynomial square = this;
    for (int rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        power = power.times(square, budget);
      }
      if (rest > 1) {
        square = square.times(square, budget);
      }
    }
    return power;
  }

  /** Returns the largest positive rational that divides all coefficients into whole numbers. */
  Rational content(Budget budget) {
    BigInteger numerators = BigInteger.ZERO;
    BigInteger denominators = BigInteger.ONE;
    for (Rational value : terms.values()) {
      budget.divisor(numerators.bitLength(), value.numerator().bitLength());
      numerators = numerators.gcd(value.numerator());
      budget.divisor(denominators.bitLength(), value.denominator().bitLength());
      budget.quotient(denominators.bitLength(), value.denominator().bitLength());
      denominators =
          denominators.multiply(value.denominator()).divide(denominators.gcd(value.denominator()));
    }
    return Rational.of(numerators).dividedBy(Rational.of(denominators), budget);
  }

  /** Returns the atoms of a kind, each with the lowest exponent that a term gives it. */
  List<Factor> lowest(Atom.Kind kind) {
    Map<Atom, Rational> lowest = new HashMap<>();
    for (Monomial monomial : terms.keySet()) {
      for (Factor factor : monomial.factors()) {
        if (factor.atom().kind() == kind) {
          lowest.merge(factor.atom(), factor.exponent(), (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
      }
    }
    return lowest.entrySet().stream().map(e -> new Factor(e.getKey(), e.getValue())).toList();
  }

  /** Returns the largest height of a coefficient, in bits. */
  int height() {
    return terms.values().stream().mapToInt(Rational::height).max().orElse(0);
  }

  /** Returns a text that is the same for the same terms. */
  String key(Budget budget) {
    budget.spend(10 + 5L * terms.size());
    Map<String, String> sorted = new TreeMap<>();
    terms.forEach(
        (monomial, value) -> {
          budget.digits(value.height());
          sorted.put(monomial.key(budget), value.toString());
        });
    return sorted.toString();
  }
}
