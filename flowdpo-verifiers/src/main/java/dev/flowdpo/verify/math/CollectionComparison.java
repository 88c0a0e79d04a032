package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Labels.Named;
import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares tuples in order, lists without order, sets without order and repetition. */
final class CollectionComparison {
  private static final int MAX_ITEMS = 200;

  private final Comparer comparer;
  private final Budget budget;

  CollectionComparison(Comparer comparer, Budget budget) {
    this.comparer = comparer;
    this.budget = budget;
  }

  Comparison compare(Node left, Node right) {
    boolean leftUnordered = isUnordered(left);
    boolean rightUnordered = isUnordered(right);
    if (leftUnordered && rightUnordered) {
      return lists(
          Comparer.items(left),
          Comparer.items(right),
          (left instanceof Bracket || right instanceof Bracket)
              || (isOfSolutions(left) && isOfSolutions(right)));
    }
    Optional<List<Node>> a = Matrices.vector(left);
    Optional<List<Node>> b = Matrices.vector(right);
    if (a.isPresent() && b.isPresent()) {
      return tuples(left, right, a.get(), b.get());
    }
    if ((left instanceof Listing && b.isPresent()) || (right instanceof Listing && a.isPresent())) {
      return listAndTuple(left, right, a, b);
    }
    if (leftUnordered || rightUnordered) {
      List<Node> items = Comparer.items(leftUnordered ? left : right);
      if (items.size() == 1 || (items.size() == 2 && isOneFormula(items))) {
        return leftUnordered
            ? comparer.compare(items.get(0), right)
            : comparer.compare(left, items.get(0));
      }
    }
    return Comparison.different("answers of different kinds");
  }

  /** Says whether two items are one formula in two forms, as in "x + 5 or 5 + x". */
  private boolean isOneFormula(List<Node> items) {
    return !(items.get(0) instanceof Node.Num || items.get(1) instanceof Node.Num)
        && !items.get(0).equals(items.get(1))
        && comparer.compare(items.get(0), items.get(1)).isEqual();
  }

  /** Bare numbers may be data, in which repetition counts; tuples and relations are solutions. */
  private static boolean isOfSolutions(Node node) {
    return Comparer.items(node).stream()
        .allMatch(item -> item instanceof Bracket || item instanceof Relation);
  }

  private static boolean isUnordered(Node node) {
    return node instanceof Listing || (node instanceof Bracket bracket && bracket.isSet());
  }

  /** The kind of bracket matters only where it tells an open interval from a closed one. */
  private Comparison tuples(Node left, Node right, List<Node> a, List<Node> b) {
    boolean intervals =
        left instanceof Bracket x
            && right instanceof Bracket y
            && x.isInterval()
            && y.isInterval()
            && (x.open() != y.open() || x.close() != y.close());
    return intervals ? Comparison.different("intervals with different ends") : ordered(a, b);
  }

  Comparison ordered(List<Node> a, List<Node> b) {
    if (a.size() != b.size()) {
      return Comparison.different(a.size() + " and " + b.size() + " components");
    }
    for (int i = 0; i < a.size(); i++) {
      Comparison items = comparer.compare(a.get(i), b.get(i));
      if (!items.isEqual()) {
        return new Comparison(items.outcome(), "component " + (i + 1) + ": " + items.reason());
      }
    }
    return Comparison.equal("the same components");
  }

  /** "x = 1, y = 2" is (1, 2); three bare values or more are a tuple without its brackets. */
  private Comparison listAndTuple(
      Node left, Node right, Optional<List<Node>> a, Optional<List<Node>> b) {
    List<Node> list = ((Listing) (left instanceof Listing ? left : right)).items();
    List<Node> tuple = a.isPresent() ? a.get() : b.orElseThrow();
    List<Node> values = values(list);
    boolean assignments = values.size() == list.size() && list.get(0) instanceof Relation;
    if (list.size() != tuple.size() || (list.size() < 3 && !assignments)) {
      return Comparison.different("a list and a tuple");
    }
    List<Node> own = assignments ? values : list;
    return left instanceof Listing ? ordered(own, tuple) : ordered(tuple, own);
  }

  private Comparison lists(List<Node> a, List<Node> b, boolean sets) {
    if (a.isEmpty() || b.isEmpty()) {
      return Comparison.of(a.isEmpty() && b.isEmpty(), "compared with the empty set");
    }
    List<Node> leftValues = values(a);
    List<Node> rightValues = values(b);
    boolean leftNamed = leftValues.size() == a.size();
    boolean rightNamed = rightValues.size() == b.size();
    if (leftNamed == rightNamed) {
      return unordered(a, b, sets);
    }
    List<Node> named = leftNamed ? a : b;
    List<Node> first = leftNamed ? leftValues : a;
    List<Node> second = rightNamed ? rightValues : b;
    return oneName(named) ? unordered(first, second, sets) : ordered(first, second);
  }

  /** Returns the values of the items that have names. */
  private static List<Node> values(List<Node> items) {
    List<Node> values = new ArrayList<>();
    for (Node item : items) {
      Labels.named(item).map(Named::value).ifPresent(values::add);
    }
    return values;
  }

  private boolean oneName(List<Node> named) {
    Node first = Labels.named(named.get(0)).orElseThrow().name();
    return named.stream()
        .allMatch(
            item -> comparer.compare(Labels.named(item).orElseThrow().name(), first).isEqual());
  }

  /** Each item of one has its like in the other: in sets some like, in lists one of its own. */
  private Comparison unordered(List<Node> a, List<Node> b, boolean sets) {
    if (Math.max(a.size(), b.size()) > MAX_ITEMS) {
      return Comparison.unknown("a list of more than " + MAX_ITEMS + " items");
    }
    if (!sets && a.size() != b.size()) {
      return Comparison.different("lists of " + a.size() + " and " + b.size() + " items");
    }
    Comparison missing = missing(a, b, sets);
    return missing.isEqual() && sets ? missing(b, a, true) : missing;
  }

  private Comparison missing(List<Node> a, List<Node> b, boolean sets) {
    List<Node> left = new ArrayList<>(b);
    for (int i = 0; i < a.size(); i++) {
      int found = -1;
      boolean unknown = false;
      for (int j = 0; j < left.size() && found < 0; j++) {
        budget.spend(1);
        Comparison items = comparer.compare(a.get(i), left.get(j));
        found = items.isEqual() ? j : -1;
        unknown |= items.isUnknown();
      }
      if (found < 0) {
        return unknown
            ? Comparison.unknown("item " + (i + 1) + " cannot be compared")
            : Comparison.different("item " + (i + 1) + " is only in one list");
      }
      if (!sets) {
        left.remove(found);
      }
    }
    return Comparison.equal("the same items");
  }
}
