package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Choice;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.PlusMinus;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.SetOperation;
import dev.flowdpo.verify.math.Node.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings what was read into the form in which answers are compared: both signs of ± written out,
 * matrices multiplied, units outside, lists flat.
 */
final class Interpretation {
  private Interpretation() {}

  /**
   * Returns the form to compare.
   *
   * @throws NotAFormulaException if text stands where only formulas make sense
   */
  static Node of(Node node, Budget budget) {
    Rewriting.walk(node, budget);
    if (node instanceof Ratio labelled
        && labelled.parts().size() == 2
        && labelled.parts().get(0) instanceof Words) {
      return of(labelled.parts().get(1), budget); // "Total: 42"
    }
    List<Node> items = items(node, budget);
    if (items.size() == 1) {
      return items.get(0);
    }
    return Labels.withoutLeadingName(new Listing(List.copyOf(items)));
  }

  private static List<Node> items(Node node, Budget budget) {
    budget.spend(1);
    if (node instanceof Listing listing) {
      return listing.items().stream().flatMap(item -> items(item, budget).stream()).toList();
    }
    if (node instanceof Bracket bracket && bracket.isSet()) {
      List<Node> items = bracket.items().stream().flatMap(i -> items(i, budget).stream()).toList();
      return List.of(new Bracket('{', '}', items));
    }
    if (node instanceof Choice choice) {
      return List.of(new Choice(choice.letter(), of(choice.content(), budget)));
    }
    if (Rewriting.any(node, n -> n instanceof PlusMinus)) {
      List<Node> both = new ArrayList<>();
      both.addAll(items(Rewriting.signs(node, true), budget));
      both.addAll(items(Rewriting.signs(node, false), budget));
      return both;
    }
    return List.of(item(node, budget));
  }

  private static Node item(Node node, Budget budget) {
    if (node instanceof Bracket bracket) {
      return new Bracket(bracket.open(), bracket.close(), all(bracket.items(), budget));
    } else if (node instanceof Relation relation) {
      return new Relation(all(relation.sides(), budget), relation.relators());
    } else if (node instanceof SetOperation operation) {
      return new SetOperation(
          operation.operator(), item(operation.left(), budget), item(operation.right(), budget));
    } else if (node instanceof Ratio ratio) {
      if (ratio.parts().stream().anyMatch(Words.class::isInstance)) {
        throw new NotAFormulaException("text before a colon");
      }
      return new Ratio(all(ratio.parts(), budget));
    } else if (node instanceof Words) {
      return node;
    }
    Node formula = Quantities.hoisted(Matrices.worked(node, budget), budget);
    Rewriting.walk(formula, budget);
    check(formula instanceof Quantity quantity ? quantity.value() : formula);
    return formula;
  }

  private static List<Node> all(List<Node> nodes, Budget budget) {
    return nodes.stream().map(node -> of(node, budget)).toList();
  }

  /** Inside a formula there are no texts, and no units but per cent and degrees. */
  private static void check(Node formula) {
    boolean odd =
        Rewriting.any(
            formula,
            n ->
                (n instanceof Words words && !words.text().isEmpty())
                    || (n instanceof Quantity quantity
                        && !quantity.unit().isPercent()
                        && !quantity.unit().isDegree()));
    if (odd) {
      throw new NotAFormulaException("text inside a formula");
    }
  }
}
