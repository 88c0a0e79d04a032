package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Labels.Named;
import dev.flowdpo.verify.math.Monomial.Factor;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Compares equations up to a factor, inequalities up to a positive one, chains side by side. */
final class RelationComparison {
  private static final int SUBSTITUTIONS = 5;

  private final Comparer comparer;
  private final ScalarComparison scalars;
  private final Budget budget;

  RelationComparison(Comparer comparer, ScalarComparison scalars, Budget budget) {
    this.comparer = comparer;
    this.scalars = scalars;
    this.budget = budget;
  }

  Comparison compare(Relation left, Relation right) {
    Optional<Named> a = Labels.named(left);
    Optional<Named> b = Labels.named(right);
    if (a.isPresent() && b.isPresent()) {
      boolean loose =
          a.get().name() instanceof Words
              || b.get().name() instanceof Words
              || isFunctionAndGraph(a.get().name(), b.get().name())
              || isFunctionAndGraph(b.get().name(), a.get().name());
      if (loose || comparer.compare(a.get().name(), b.get().name()).isEqual()) {
        return comparer.compare(a.get().value(), b.get().value());
      }
    }
    if (left.relators().size() == 1 && right.relators().size() == 1) {
      return single(left, right);
    }
    return chains(ascending(left), ascending(right));
  }

  /** f(x) = x² and y = x² are one curve. */
  private static boolean isFunctionAndGraph(Node function, Node name) {
    return function instanceof Call call
        && call.arguments().stream().allMatch(Symbol.class::isInstance)
        && name.equals(new Symbol("y"));
  }

  private Comparison single(Relation left, Relation right) {
    Relation a = ascending(left);
    Relation b = ascending(right);
    Relator relator = a.relators().get(0);
    if (relator != b.relators().get(0)) {
      return Comparison.different("different relations");
    }
    boolean formulas =
        ScalarComparison.isFormula(a.sides().get(0))
            && ScalarComparison.isFormula(a.sides().get(1))
            && ScalarComparison.isFormula(b.sides().get(0))
            && ScalarComparison.isFormula(b.sides().get(1));
    if (!formulas || relator == Relator.MAPS_TO || relator == Relator.ELEMENT_OF) {
      return chains(a, b);
    }
    Node first = Node.difference(a.sides().get(0), a.sides().get(1));
    Node second = Node.difference(b.sides().get(0), b.sides().get(1));
    Comparison proportional = proportional(first, second, relator.isOrder());
    if (proportional.isEqual() || relator.isOrder()) {
      return proportional;
    }
    return sameNumerators(first, second) ? Comparison.equal("the same equation") : proportional;
  }

  private Comparison chains(Relation a, Relation b) {
    if (!a.relators().equals(b.relators())) {
      return Comparison.different("different relations");
    }
    for (int i = 0; i < a.sides().size(); i++) {
      Comparison sides = comparer.compare(a.sides().get(i), b.sides().get(i));
      if (!sides.isEqual()) {
        return sides;
      }
    }
    return Comparison.equal("the same relation");
  }

  /** Returns the relation with "less" in place of "greater". */
  private static Relation ascending(Relation relation) {
    if (relation.relators().stream().noneMatch(RelationComparison::isGreater)) {
      return relation;
    }
    List<Node> sides = new ArrayList<>(relation.sides());
    Collections.reverse(sides);
    List<Relator> relators =
        new ArrayList<>(relation.relators().stream().map(Relator::flipped).toList());
    Collections.reverse(relators);
    return new Relation(List.copyOf(sides), List.copyOf(relators));
  }

  private static boolean isGreater(Relator relator) {
    return relator == Relator.GREATER || relator == Relator.GREATER_OR_EQUAL;
  }

  /** f = c g where f(p) and g(p) are c apart at some point p: f · g(p) = g · f(p). */
  private Comparison proportional(Node f, Node g, boolean positive) {
    for (int i = 0; i < SUBSTITUTIONS; i++) {
      SamplePoint point = new SamplePoint(2 * i, false, false);
      Node fThere = substituted(f, point);
      Node gThere = substituted(g, point);
      int sign = sign(fThere) * sign(gThere);
      if (sign == 0) {
        continue;
      }
      if (positive && sign < 0) {
        return Comparison.different("relations of opposite direction");
      }
      return scalars.compare(new Product(List.of(f, gThere)), new Product(List.of(g, fThere)));
    }
    return Comparison.different("no point to compare the relations at");
  }

  private static Node substituted(Node node, SamplePoint point) {
    return Rewriting.bottomUp(
        node, n -> n instanceof Symbol s ? Node.Num.of(point.value(s.name())) : n);
  }

  private int sign(Node constant) {
    try {
      Evaluator evaluator = Evaluator.ofConstants(40, budget);
      Complex value = evaluator.value(Rewriting.logarithms(constant, "ln"));
      boolean vanishes = value.magnitude() < evaluator.largest() - 30;
      return vanishes || !value.isReal() ? 0 : value.re().signum();
    } catch (OutOfReachException e) {
      budget.spend(1);
      return 0;
    }
  }

  /** Compares what is left of two equations when their denominators are multiplied away. */
  private boolean sameNumerators(Node f, Node g) {
    try {
      Normalizer normalizer = new Normalizer(budget);
      Polynomial a = withoutDenominators(normalizer.normalize(f).numerator());
      Polynomial b = withoutDenominators(normalizer.normalize(g).numerator());
      if (a.isZero() || b.isZero()) {
        return a.isZero() && b.isZero();
      }
      Monomial some = a.terms().keySet().iterator().next();
      Rational other = b.terms().get(some);
      if (other == null) {
        return false;
      }
      Rational own = a.terms().getOrDefault(some, Rational.ONE);
      Polynomial difference =
          a.times(other, budget).plus(b.times(own, budget).negate(budget), budget);
      return ZeroTest.of(difference, budget) == ZeroTest.ZERO;
    } catch (OutOfReachException e) {
      budget.spend(1);
      return false;
    }
  }

  private Polynomial withoutDenominators(Polynomial polynomial) {
    Monomial shift = Monomial.ONE;
    for (Factor factor : polynomial.lowest(Atom.Kind.SYMBOL)) {
      if (factor.exponent().signum() < 0) {
        shift = shift.times(Monomial.of(factor.atom(), factor.exponent().negate()), budget);
      }
    }
    return polynomial.times(Polynomial.of(shift, budget), budget);
  }
}
