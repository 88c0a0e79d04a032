package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Monomial.Term;
import java.math.BigInteger;

/**
 * A quotient of two polynomials, the normal form of a formula. Not reduced: two fractions are equal
 * where the cross products are. A denominator of one term is moved into the numerator as negative
 * exponents. Immutable.
 */
record Fraction(Polynomial numerator, Polynomial denominator) {
  static final Fraction ZERO = of(Polynomial.ZERO);
  static final Fraction ONE = of(Polynomial.ONE);

  static Fraction of(Polynomial polynomial) {
    return new Fraction(polynomial, Polynomial.ONE);
  }

  static Fraction of(Rational value) {
    return of(Polynomial.of(value));
  }

  static Fraction of(Atom atom) {
    return of(Polynomial.of(atom));
  }

  private static Fraction of(Polynomial numerator, Polynomial denominator, Budget budget) {
    if (denominator.isZero()) {
      throw new OutOfReachException("a division by zero");
    }
    if (denominator.isOne() || numerator.isZero()) {
      return of(numerator);
    }
    if (denominator.terms().size() == 1) {
      Term term = denominator.single();
      Term inverse =
          term.monomial()
              .power(Rational.MINUS_ONE, budget)
              .reduced(term.coefficient().inverse(), budget);
      return of(numerator.times(Polynomial.of(inverse), budget));
    }
    return new Fraction(numerator, denominator);
  }

  /** Returns the rational number that this is. */
  Rational constant() {
    return numerator.constant();
  }

  boolean isConstant() {
    return denominator.isOne() && numerator.isConstant();
  }

  boolean isPolynomial() {
    return denominator.isOne();
  }

  Fraction plus(Fraction other, Budget budget) {
    budget.spend(1 + denominator.terms().size() / 8);
    if (denominator.equals(other.denominator)) {
      return of(numerator.plus(other.numerator, budget), denominator, budget);
    }
    Polynomial sum =
        numerator
            .times(other.denominator, budget)
            .plus(other.numerator.times(denominator, budget), budget);
    return of(sum, denominator.times(other.denominator, budget), budget);
  }

  Fraction times(Fraction other, Budget budget) {
    return of(
        numerator.times(other.numerator, budget),
        denominator.times(other.denominator, budget),
        budget);
  }

  Fraction negate(Budget budget) {
    return new Fraction(numerator.negate(budget), denominator);
  }

  Fraction inverse(Budget budget) {
    return of(denominator, numerator, budget);
  }

  /** Returns the whole power, also a negative one. */
  Fraction power(BigInteger exponent, Budget budget) {
    if (exponent.signum() < 0) {
      return inverse(budget).power(exponent.negate(), budget);
    }
    if (isPolynomial() && numerator.terms().size() == 1) {
      Term term = numerator.single();
      Monomial monomial = term.monomial().power(Rational.of(exponent), budget);
      return of(
          Polynomial.of(monomial.reduced(term.coefficient().power(exponent, budget), budget)));
    }
    if (exponent.bitLength() > 10) {
      throw new OutOfReachException("a sum to a power beyond the limit");
    }
    int size = exponent.intValue();
    return of(numerator.power(size, budget), denominator.power(size, budget), budget);
  }

  /** Returns a text that is the same for the same terms. */
  String key(Budget budget) {
    return isPolynomial()
        ? numerator.key(budget)
        : numerator.key(budget) + "/" + denominator.key(budget);
  }
}
