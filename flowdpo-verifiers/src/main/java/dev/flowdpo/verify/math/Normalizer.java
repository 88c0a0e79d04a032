package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Node.Symbol;
import java.util.Map;

/** Turns a formula into its normal form, as far as the budget goes. */
final class Normalizer {
  private final Budget budget;
  private final Map<String, Rational> bindings;
  private final PowerRules powers;
  private final CallRules calls;

  Normalizer(Budget budget) {
    this(budget, Map.of());
  }

  /**
   * Creates a normalizer with values for some variables.
   *
   * @param bindings values by name, as for the index of a sum
   */
  Normalizer(Budget budget, Map<String, Rational> bindings) {
    this.budget = budget;
    this.bindings = bindings;
    this.powers = new PowerRules(budget);
    this.calls = new CallRules(this, budget);
  }

  /**
   * Returns the normal form.
   *
   * @throws OutOfReachException if it is too large, undefined, or the node is no formula
   */
  Fraction normalize(Node node) {
    budget.spend(1);
    if (node instanceof Num num) {
      return Fraction.of(num.value());
    } else if (node instanceof Symbol symbol) {
      return named(symbol.name(), Atom.symbol(symbol.name()));
    } else if (node instanceof Constant constant) {
      return constant(constant);
    } else if (node instanceof Sum sum) {
      Fraction total = Fraction.ZERO;
      for (Node term : sum.terms()) {
        total = total.plus(normalize(term), budget);
      }
      return total;
    } else if (node instanceof Product product) {
      Fraction total = Fraction.ONE;
      for (Node factor : product.factors()) {
        total = total.times(normalize(factor), budget);
      }
      return total;
    } else if (node instanceof Power power) {
      return powers.power(normalize(power.base()), normalize(power.exponent()));
    } else if (node instanceof Call call) {
      return calls.call(call);
    } else if (node instanceof Quantity quantity) {
      return quantity(quantity);
    } else {
      throw new OutOfReachException("no formula: " + node.getClass().getSimpleName());
    }
  }

  Map<String, Rational> bindings() {
    return bindings;
  }

  private Fraction constant(Constant constant) {
    return switch (constant) {
      case PI -> Fraction.of(Atom.PI);
      case E -> Fraction.of(Atom.E);
      case I -> named("i", Atom.I); // the letter i can be the index of a sum
      case INFINITY -> throw new OutOfReachException("infinity in a formula");
    };
  }

  private Fraction named(String name, Atom atom) {
    Rational value = bindings.get(name);
    return value == null ? Fraction.of(atom) : Fraction.of(value);
  }

  /** Per cent and degrees are factors; other units have no place inside a formula. */
  private Fraction quantity(Quantity quantity) {
    Fraction value = normalize(quantity.value());
    if (quantity.unit().isPercent()) {
      return value.times(Fraction.of(Rational.of(1, 100)), budget);
    }
    if (quantity.unit().isDegree()) {
      return value
          .times(Fraction.of(Atom.PI), budget)
          .times(Fraction.of(Rational.of(1, 180)), budget);
    }
    throw new OutOfReachException("a unit inside a formula");
  }
}
