package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.SetOperation;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names before values: "x = 5" is the value 5 to whoever did not write the name. */
final class Labels {
  private Labels() {}

  /** A name with its value. */
  record Named(Node name, Node value) {}

  /** Returns name and value of "name = value", "name ∈ set", "name ≡ value (mod m)". */
  static Optional<Named> named(Node node) {
    if (!(node instanceof Relation relation)) {
      return Optional.empty();
    }
    Node first = relation.sides().get(0);
    Node last = relation.sides().get(relation.sides().size() - 1);
    Relator relator = relation.relators().get(0);
    if (relation.relators().size() == 1
        && (relator == Relator.ELEMENT_OF || relator == Relator.CONGRUENT)) {
      return isName(first) ? Optional.of(new Named(first, last)) : Optional.empty();
    }
    if (relation.relators().stream().anyMatch(r -> r != Relator.EQUAL)) {
      return Optional.empty();
    }
    if (isName(first) && !mentions(last, first)) {
      return Optional.of(new Named(first, last));
    }
    if (relation.sides().size() == 2 && isName(last) && isConstant(first)) {
      return Optional.of(new Named(last, first));
    }
    // A computation: 3 · 4 = 12.
    return relation.sides().stream().allMatch(Labels::isConstant)
        ? Optional.of(new Named(new Words(""), last))
        : Optional.empty();
  }

  private static boolean mentions(Node value, Node name) {
    return name instanceof Symbol && Rewriting.any(value, n -> n.equals(name));
  }

  private static boolean isConstant(Node node) {
    return !Rewriting.any(
        node,
        n ->
            n instanceof Symbol
                || n instanceof Words
                || n instanceof Relation
                || (n instanceof Call c && !Functions.named(c.function()).isPresent()));
  }

  /** Names: x, AB, m∠A, P(A), V₁ : V₂, a/b, f(x), (x, y), "Area". No numbers, no sums. */
  static boolean isName(Node node) {
    if (node instanceof Symbol || node instanceof Words || node == Constant.E) {
      return true;
    }
    if (node instanceof Call call) {
      return Functions.isFree(call.function())
          || isRatioOfTriangle(call)
          || (call.function().matches("abs|norm|det|overline|prime|deg|gcd|lcm|arg")
              && !call.arguments().stream().allMatch(Num.class::isInstance));
    }
    if (node instanceof Power power) {
      return isName(power.base()) && power.exponent().equals(Num.MINUS_ONE);
    }
    boolean composed =
        node instanceof Product
            || node instanceof Ratio
            || node instanceof SetOperation
            || (node instanceof Bracket bracket && bracket.open() == '(');
    return composed && node.children().stream().allMatch(Labels::isName);
  }

  /** tan A is known of a triangle with an angle A; of sin x = ½ the solutions are asked. */
  private static boolean isRatioOfTriangle(Call call) {
    return call.function().matches("sin|cos|tan|cot|sec|csc")
        && call.arguments().size() == 1
        && call.arguments().get(0) instanceof Symbol symbol
        && symbol.name().matches("[A-Z]|angle.*|alpha|beta|gamma|theta");
  }

  /**
   * Returns the list with "n = 1, 2, 3" as 1, 2, 3: a name before the first of bare values is a
   * name for all of them.
   */
  static Node withoutLeadingName(Listing listing) {
    Optional<Named> first = named(listing.items().get(0));
    boolean othersBare =
        listing.items().stream().skip(1).noneMatch(item -> item instanceof Relation);
    if (first.isEmpty() || !othersBare) {
      return listing;
    }
    List<Node> items = new ArrayList<>(listing.items());
    items.set(0, first.get().value());
    return new Listing(List.copyOf(items));
  }

  /** Returns "(x, y) = (1, 2)" as "x = 1, y = 2". */
  static Optional<Node> spread(Node node) {
    if (named(node).isPresent()
        && named(node).get().name() instanceof Bracket names
        && named(node).get().value() instanceof Bracket values
        && names.items().size() == values.items().size()) {
      List<Node> items = new ArrayList<>();
      for (int i = 0; i < names.items().size(); i++) {
        items.add(
            new Relation(
                List.of(names.items().get(i), values.items().get(i)), List.of(Relator.EQUAL)));
      }
      return Optional.of(new Listing(List.copyOf(items)));
    }
    return Optional.empty();
  }
}
