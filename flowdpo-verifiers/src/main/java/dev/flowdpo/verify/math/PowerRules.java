package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Atom.Kind;
import dev.flowdpo.verify.math.Monomial.Factor;
import dev.flowdpo.verify.math.Monomial.Term;
import java.math.BigInteger;
import java.util.Map;

/**
 * Powers of normal forms. Roots follow the real convention: an odd root of a negative number is
 * negative, and formulas are compared where they are real.
 */
final class PowerRules {
  private final Budget budget;

  PowerRules(Budget budget) {
    this.budget = budget;
  }

  Fraction power(Fraction base, Fraction exponent) {
    if (exponent.isConstant()) {
      Rational value = exponent.constant();
      return value.isInteger() ? base.power(checked(base, value), budget) : root(base, value);
    }
    if (!exponent.isPolynomial()) {
      return generic(base, exponent);
    }
    return exponential(base, exponent);
  }

  private static BigInteger checked(Fraction base, Rational exponent) {
    if (base.numerator().isZero() && exponent.signum() <= 0) {
      throw new OutOfReachException("zero to a power that is not positive");
    }
    return exponent.numerator();
  }

  private Fraction generic(Fraction base, Fraction exponent) {
    return Fraction.of(
        Atom.of(Kind.CALL, "pow[" + base.key(budget) + "," + exponent.key(budget) + "]"));
  }

  private Fraction root(Fraction base, Rational exponent) {
    if (base.numerator().isZero()) {
      return checked(base, exponent).signum() > 0 ? Fraction.ZERO : base;
    }
    Fraction above = root(base.numerator(), exponent);
    return base.isPolynomial()
        ? above
        : above.times(root(base.denominator(), exponent.negate()), budget);
  }

  private Fraction root(Polynomial base, Rational exponent) {
    if (base.terms().size() == 1) {
      return root(base.single(), exponent);
    }
    Rational content = base.content(budget);
    Polynomial primitive = base.times(content.inverse(), budget);
    Fraction outside = ofPositive(content, exponent);
    return outside.times(kept(primitive, exponent), budget);
  }

  private Fraction root(Term base, Rational exponent) {
    Fraction root = ofPositive(base.coefficient().abs(), exponent);
    boolean oddRoot = exponent.denominator().testBit(0);
    boolean negative = base.coefficient().signum() < 0;
    if (negative && oddRoot) {
      root = exponent.numerator().testBit(0) ? root.negate(budget) : root;
    } else if (negative && base.monomial().isOne()) {
      root = root.times(rootOfMinusOne(exponent), budget);
    } else if (negative) {
      Polynomial inside = Polynomial.of(new Term(Rational.MINUS_ONE, base.monomial()));
      return root.times(kept(inside, exponent), budget);
    }
    for (Factor factor : base.monomial().factors()) {
      root = root.times(root(factor, exponent, oddRoot), budget);
    }
    return root;
  }

  /** Returns a power that stays as it is. */
  private Fraction kept(Polynomial base, Rational exponent) {
    return Fraction.of(Polynomial.of(Monomial.of(Atom.composite(base, budget), exponent), budget));
  }

  /** (x²)^½ is |x|, not x: even powers stay under even roots. */
  private Fraction root(Factor factor, Rational exponent, boolean oddRoot) {
    boolean splits =
        switch (factor.atom().kind()) {
          case PRIME, PI, E -> true;
          case I -> false;
          default -> oddRoot || factor.exponent().numerator().testBit(0);
        };
    if (splits) {
      Monomial whole = Monomial.of(factor.atom(), factor.exponent().times(exponent, budget));
      return Fraction.of(Polynomial.of(whole, budget));
    }
    return kept(Polynomial.of(Monomial.of(factor.atom(), factor.exponent()), budget), exponent);
  }

  /** i^(2e) where that is a whole power of i. */
  private Fraction rootOfMinusOne(Rational exponent) {
    Rational turns = exponent.times(Rational.of(2), budget);
    if (!turns.isInteger()) {
      return kept(Polynomial.of(Rational.MINUS_ONE), exponent);
    }
    return Fraction.of(Polynomial.of(Monomial.of(Atom.I, turns), budget));
  }

  /** Returns a positive rational to a fractional power as primes to powers in [0, 1). */
  private Fraction ofPositive(Rational base, Rational exponent) {
    if (base.isOne()) {
      return Fraction.ONE;
    }
    Monomial roots = primes(base.numerator(), exponent);
    Monomial below = primes(base.denominator(), exponent.negate());
    return Fraction.of(Polynomial.of(roots.times(below, budget), budget));
  }

  private Monomial primes(BigInteger number, Rational exponent) {
    Monomial product = Monomial.ONE;
    for (Map.Entry<BigInteger, Integer> factor : PrimeFactors.of(number, budget).entrySet()) {
      Rational power = exponent.times(Rational.of(factor.getValue()), budget);
      budget.digits(factor.getKey().bitLength());
      product = product.times(Monomial.of(Atom.prime(factor.getKey()), power), budget);
    }
    return product;
  }

  /** base^(c₀ + Σ cⱼ mⱼ) = base^c₀ · Π (base^mⱼ)^cⱼ. */
  private Fraction exponential(Fraction base, Fraction exponent) {
    if (!base.isPolynomial() || base.numerator().terms().size() != 1) {
      return generic(base, exponent);
    }
    Term term = base.numerator().single();
    Fraction power = Fraction.ONE;
    for (Map.Entry<Monomial, Rational> part : exponent.numerator().terms().entrySet()) {
      Rational multiple = part.getValue();
      if (part.getKey().isOne()) {
        power = power.times(power(base, Fraction.of(multiple)), budget);
        continue;
      }
      String exponentKey = part.getKey().key(budget);
      Monomial all = Monomial.ONE;
      Rational size = term.coefficient().abs();
      if (term.coefficient().signum() < 0) {
        all = all.times(Monomial.of(exponential("-1", exponentKey), multiple), budget);
      }
      Monomial primes =
          primes(size.numerator(), Rational.ONE)
              .times(primes(size.denominator(), Rational.MINUS_ONE), budget)
              .times(term.monomial(), budget);
      for (Factor factor : primes.factors()) {
        Atom atom = exponential(factor.atom().key(), exponentKey);
        all = all.times(Monomial.of(atom, factor.exponent().times(multiple, budget)), budget);
      }
      power = power.times(Fraction.of(Polynomial.of(all, budget)), budget);
    }
    return power;
  }

  private Atom exponential(String base, String exponent) {
    budget.spend(1 + (base.length() + exponent.length()) / 32);
    return Atom.of(Kind.EXPONENTIAL, base + "^[" + exponent + "]");
  }
}
