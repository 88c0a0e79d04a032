package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Choice;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Matrix;
import dev.flowdpo.verify.math.Node.PlusMinus;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.SetOperation;
import dev.flowdpo.verify.math.Node.Sum;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Changes trees from the leaves up, and searches them. */
final class Rewriting {
  private Rewriting() {}

  /** Returns the tree with every node replaced, children first. */
  static Node bottomUp(Node node, UnaryOperator<Node> change) {
    UnaryOperator<Node> deep = child -> bottomUp(child, change);
    Node rebuilt = node;
    if (node instanceof Sum sum) {
      rebuilt = new Sum(all(sum.terms(), deep));
    } else if (node instanceof Product product) {
      rebuilt = new Product(all(product.factors(), deep));
    } else if (node instanceof Power power) {
      rebuilt = new Power(deep.apply(power.base()), deep.apply(power.exponent()));
    } else if (node instanceof Call call) {
      rebuilt = new Call(call.function(), all(call.arguments(), deep));
    } else if (node instanceof Matrix matrix) {
      rebuilt = new Matrix(matrix.rows().stream().map(row -> all(row, deep)).toList());
    } else if (node instanceof Bracket bracket) {
      rebuilt = new Bracket(bracket.open(), bracket.close(), all(bracket.items(), deep));
    } else if (node instanceof Listing listing) {
      rebuilt = new Listing(all(listing.items(), deep));
    } else if (node instanceof Relation relation) {
      rebuilt = new Relation(all(relation.sides(), deep), relation.relators());
    } else if (node instanceof Ratio ratio) {
      rebuilt = new Ratio(all(ratio.parts(), deep));
    } else if (node instanceof SetOperation operation) {
      rebuilt =
          new SetOperation(
              operation.operator(), deep.apply(operation.left()), deep.apply(operation.right()));
    } else if (node instanceof PlusMinus plusMinus) {
      rebuilt = new PlusMinus(deep.apply(plusMinus.value()), plusMinus.plusFirst());
    } else if (node instanceof Quantity quantity) {
      rebuilt = new Quantity(deep.apply(quantity.value()), quantity.unit());
    } else if (node instanceof Choice choice) {
      rebuilt = new Choice(choice.letter(), deep.apply(choice.content()));
    }
    return change.apply(rebuilt);
  }

  private static List<Node> all(List<Node> nodes, UnaryOperator<Node> change) {
    return nodes.stream().map(change).toList();
  }

  /** Pays for a walk through a tree, node by node; texts by their length. */
  static void walk(Node node, Budget budget) {
    budget.spend(
        node instanceof Words words
            ? 100 + words.text().length()
            : node instanceof Symbol symbol ? 1 + symbol.name().length() / 32 : 1);
    for (Node child : node.children()) {
      walk(child, budget);
    }
  }

  /** Says whether some node of the tree fulfils the condition. */
  static boolean any(Node node, Predicate<Node> condition) {
    return condition.test(node) || node.children().stream().anyMatch(c -> any(c, condition));
  }

  /** Returns the tree with "log" without a base read as that function. */
  static Node logarithms(Node node, String function) {
    return bottomUp(
        node,
        n ->
            n instanceof Call call && call.function().equals("log")
                ? new Call(function, call.arguments())
                : n);
  }

  /** Returns the tree with its upper or its lower signs. */
  static Node signs(Node node, boolean upper) {
    return bottomUp(
        node,
        n ->
            n instanceof PlusMinus pm
                ? pm.plusFirst() == upper ? pm.value() : Node.negate(pm.value())
                : n);
  }
}
