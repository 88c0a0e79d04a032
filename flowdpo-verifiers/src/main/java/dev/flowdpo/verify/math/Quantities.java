package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values with units: draws the unit to the outside, and compares with and without units. */
final class Quantities {
  private Quantities() {}

  /** Returns −(5 m) as (−5) m, and 3 h + 20 min as one quantity; other nodes as they are. */
  static Node hoisted(Node node, Budget budget) {
    budget.spend(1);
    if (node instanceof Product product) {
      List<Node> others = new ArrayList<>();
      List<Quantity> quantities = new ArrayList<>();
      for (Node factor : product.factors()) {
        if (hoisted(factor, budget) instanceof Quantity quantity) {
          quantities.add(quantity);
        } else {
          others.add(factor);
        }
      }
      if (quantities.size() == 1 && drawsOut(quantities.get(0).unit(), others)) {
        others.add(quantities.get(0).value());
        return new Quantity(new Product(List.copyOf(others)), quantities.get(0).unit());
      }
    } else if (node instanceof Sum sum) {
      return hoisted(sum, budget);
    }
    return node;
  }

  private static boolean drawsOut(Unit unit, List<Node> others) {
    return !(unit.isPercent() || unit.isDegree())
        || others.stream().allMatch(n -> n instanceof Num num && num.value().abs().isOne());
  }

  private static Node hoisted(Sum sum, Budget budget) {
    List<Node> values = new ArrayList<>();
    Unit common = Unit.NONE;
    for (Node term : sum.terms()) {
      if (!(hoisted(term, budget) instanceof Quantity quantity)) {
        return sum;
      }
      if (values.isEmpty()) {
        common = quantity.unit();
      } else if (!common.powers().equals(quantity.unit().powers())) {
        return sum;
      }
      Rational scale = quantity.unit().scale().dividedBy(common.scale(), budget);
      values.add(
          scale.isOne() ? quantity.value() : new Product(List.of(Num.of(scale), quantity.value())));
    }
    return new Quantity(new Sum(List.copyOf(values)), common);
  }

  /** Returns "5 m" as a measure where the other one is one; else m is a variable. */
  static Node likeOther(Node node, Node other, Budget budget) {
    if (!(node instanceof Product product)
        || !(other instanceof Quantity quantity)
        || quantity.unit().isLabel()) {
      return node;
    }
    List<Node> values = new ArrayList<>();
    Unit unit = Unit.NONE;
    for (Node factor : product.factors()) {
      Optional<Unit> own = unit(factor, budget);
      if (own.isPresent()) {
        unit = unit.times(own.get(), budget);
      } else {
        values.add(factor);
      }
    }
    boolean measure = values.size() == 1 && !unit.powers().isEmpty();
    return measure ? new Quantity(values.get(0), unit) : node;
  }

  /** Returns the unit that a name, or a power of a name, is the sign of. */
  private static Optional<Unit> unit(Node factor, Budget budget) {
    if (factor instanceof Node.Symbol symbol && Unit.isKnown(symbol.name())) {
      return Optional.of(UnitTable.read(symbol.name(), budget));
    }
    boolean small =
        factor instanceof Node.Power power
            && power.exponent() instanceof Num num
            && num.value().isInteger()
            && num.value().abs().compareTo(Rational.of(9)) <= 0;
    return small
        ? unit(((Node.Power) factor).base(), budget)
            .map(
                u ->
                    u.power(
                        ((Num) ((Node.Power) factor).exponent()).value().intValueExact(), budget))
        : Optional.empty();
  }

  /** Compares two formulas of which at least one has a unit. */
  static Comparison compare(Node left, Node right, ScalarComparison scalars) {
    if (left instanceof Quantity a && right instanceof Quantity b) {
      return withUnits(a, b, scalars);
    }
    return left instanceof Quantity a
        ? withAndWithout(a, right, scalars)
        : withAndWithout((Quantity) right, left, scalars);
  }

  private static Comparison withUnits(Quantity a, Quantity b, ScalarComparison scalars) {
    if (a.unit().isDegree() && b.unit().equals(Unit.RADIAN)) {
      return scalars.compare(radians(a), b.value());
    }
    if (b.unit().isDegree() && a.unit().equals(Unit.RADIAN)) {
      return scalars.compare(a.value(), radians(b));
    }
    if (!a.unit().fits(b.unit())) {
      return Comparison.different("different units");
    }
    if (a.unit().isLabel() || b.unit().isLabel() || a.unit().scale().equals(b.unit().scale())) {
      return scalars.compare(a.value(), b.value());
    }
    return scalars.compare(
        scaled(a.value(), a.unit().scale(), scalars.budget()),
        scaled(b.value(), b.unit().scale(), scalars.budget()));
  }

  /** A unit may be left out; p % may also be written as p/100, and degrees as radians. */
  private static Comparison withAndWithout(Quantity a, Node bare, ScalarComparison scalars) {
    Comparison plain = scalars.compare(a.value(), bare);
    if (plain.isEqual()) {
      return plain;
    }
    if (a.unit().isPercent()) {
      return scalars.compare(scaled(a.value(), a.unit().scale(), scalars.budget()), bare);
    }
    if (a.unit().isDegree()) {
      return scalars.compare(radians(a), bare);
    }
    return plain;
  }

  private static Node radians(Quantity degrees) {
    return new Product(List.of(degrees.value(), Num.of(Rational.of(1, 180)), Node.Constant.PI));
  }

  /** Says whether two measures in a row, joined by "and", are one: 2 hours and 30 minutes. */
  static boolean continues(Node first, Node second) {
    return first instanceof Quantity a
        && second instanceof Quantity b
        && !a.unit().isLabel()
        && a.unit().powers().equals(b.unit().powers())
        && a.unit().scale().compareTo(b.unit().scale()) > 0;
  }

  private static Node scaled(Node value, Rational scale, Budget budget) {
    return value instanceof Num num
        ? new Num(num.value().times(scale, budget), -1, 0)
        : new Product(List.of(value, Num.of(scale)));
  }
}
