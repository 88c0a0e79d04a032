package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.SetOperation;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.RealSet.Bound;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads intervals, unions, finite sets and inequalities in one variable as sets of numbers. */
final class RealSetReader {
  private final Budget budget;

  RealSetReader(Budget budget) {
    this.budget = budget;
  }

  /** Says whether a node can hardly be anything but a set of numbers. */
  static boolean isSet(Node node) {
    return node instanceof SetOperation
        || (node instanceof Symbol symbol && symbol.name().equals("𝔹R"))
        || (node instanceof Bracket bracket
            && bracket.isInterval()
            && (bracket.open() != '('
                || bracket.close() != ')'
                || bracket.items().stream()
                    .anyMatch(i -> ScalarComparison.infinity(i).isPresent())))
        || (node instanceof Relation relation
            && relation.relators().stream().anyMatch(r -> r.isOrder() || r == Relator.UNEQUAL))
        || (node instanceof Listing listing
            && !listing.items().isEmpty()
            && listing.items().stream().allMatch(i -> i instanceof Relation && isSet(i)));
  }

  /** Returns the names of the variables in which a node sets conditions. */
  static Set<String> variables(Node node) {
    Set<String> names = new HashSet<>();
    collect(node, false, names);
    return names;
  }

  private static void collect(Node node, boolean condition, Set<String> names) {
    if (condition && node instanceof Call call && Functions.isFree(call.function())) {
      names.add(call.function()); // f(x) < 2 says nothing of x itself
      return;
    }
    if (condition && node instanceof Symbol symbol && !symbol.name().startsWith("𝔹")) {
      names.add(symbol.name());
    }
    node.children().forEach(n -> collect(n, condition || node instanceof Relation, names));
  }

  /** Returns the set that a node stands for, where it is one of numbers. */
  Optional<RealSet> read(Node node) {
    try {
      return Optional.of(set(node));
    } catch (OutOfReachException e) {
      budget.spend(1);
      return Optional.empty();
    }
  }

  private RealSet set(Node node) {
    if (node instanceof Symbol symbol && symbol.name().equals("𝔹R")) {
      return RealSet.ALL;
    } else if (node instanceof Bracket bracket && bracket.isInterval()) {
      RealSet interval =
          RealSet.of(
              bound(bracket.items().get(0), bracket.open() == '[' ? -1 : 1),
              bound(bracket.items().get(1), bracket.close() == ']' ? 1 : -1));
      if (interval.pieces().isEmpty()) {
        throw new OutOfReachException("brackets that hold no interval");
      }
      return interval;
    } else if (node instanceof Bracket bracket && bracket.isSet()) {
      RealSet points = RealSet.empty();
      for (Node item : bracket.items()) {
        points = points.union(point(item), budget);
      }
      return points;
    } else if (node instanceof SetOperation operation) {
      RealSet left = set(operation.left());
      RealSet right = set(operation.right());
      return switch (operation.operator()) {
        case '∪' -> left.union(right, budget);
        case '∩' -> left.intersection(right, budget);
        default -> left.intersection(right.complement(), budget);
      };
    } else if (node instanceof Relation relation) {
      return relation(relation);
    } else if (node instanceof Listing listing) {
      return listed(listing.items());
    }
    throw new OutOfReachException("no set of real numbers");
  }

  private RealSet point(Node value) {
    return RealSet.of(bound(value, -1), bound(value, 1));
  }

  private Bound bound(Node value, int side) {
    Optional<Integer> infinity = ScalarComparison.infinity(value);
    if (infinity.isPresent()) {
      return infinity.get() < 0 ? Bound.LOWEST : Bound.HIGHEST;
    }
    if (!ScalarComparison.isFormula(value) || Rewriting.any(value, n -> n instanceof Symbol)) {
      throw new OutOfReachException("a bound that is no number");
    }
    Complex position = Evaluator.ofConstants(40, budget).value(value);
    if (!position.isReal()) {
      throw new OutOfReachException("a bound that is not real");
    }
    return new Bound(value, position.re(), 0, side);
  }

  /**
   * Parts that "and" or "or" may join: alternatives, unless two rays overlap, whose union would be
   * everything.
   */
  private RealSet listed(List<Node> items) {
    RealSet union = RealSet.empty();
    RealSet intersection = RealSet.ALL;
    String variable = "";
    for (Node item : items) {
      if (!(item instanceof Relation relation) || !isSet(relation)) {
        throw new OutOfReachException("no list of inequalities");
      }
      String name = variable(relation);
      if (!variable.isEmpty() && !variable.equals(name)) {
        throw new OutOfReachException("inequalities in several variables");
      }
      variable = name;
      RealSet set = relation(relation);
      union = union.union(set, budget);
      intersection = intersection.intersection(set, budget);
    }
    boolean everything =
        union.pieces().equals(RealSet.ALL.pieces())
            || items.stream().anyMatch(i -> ((Relation) i).relators().contains(Relator.UNEQUAL));
    return everything ? intersection : union;
  }

  private static String variable(Relation relation) {
    return relation.sides().stream()
        .map(RealSetReader::subject)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(() -> new OutOfReachException("an inequality without a bare variable"));
  }

  /** Returns the name of what a condition is set for: x, |x|, f(x). */
  private static Optional<String> subject(Node side) {
    if (side instanceof Symbol symbol) {
      return Optional.of(symbol.name());
    }
    boolean one =
        side instanceof Call call
            && call.arguments().size() == 1
            && call.arguments().get(0) instanceof Symbol
            && (call.function().equals("abs") || Functions.isFree(call.function()));
    if (!one) {
      return Optional.empty();
    }
    Call call = (Call) side;
    String name = ((Symbol) call.arguments().get(0)).name();
    return Optional.of(call.function().equals("abs") ? name : call.function());
  }

  /**
   * {@code a < x ≤ b}, {@code x > a}, {@code a > x}, {@code x ≠ a}: one side is a variable, the
   * others are numbers.
   */
  private RealSet relation(Relation relation) {
    String name = variable(relation);
    List<Node> sides = relation.sides();
    int place = 0;
    while (!subject(sides.get(place)).equals(Optional.of(name))) {
      place++;
    }
    RealSet set = RealSet.ALL;
    for (int i = 0; i < relation.relators().size(); i++) {
      Relator relator = relation.relators().get(i);
      if (place != i && place != i + 1) {
        throw new OutOfReachException("a chain with the variable at its end");
      }
      Node other = relation.sides().get(place == i ? i + 1 : i);
      set = set.intersection(ray(place == i ? relator : relator.flipped(), other), budget);
    }
    if (sides.get(place) instanceof Call call && call.function().equals("abs")) {
      RealSet sizes = set.intersection(ray(Relator.GREATER_OR_EQUAL, Node.Num.ZERO), budget);
      return sizes.union(sizes.mirrored(), budget);
    }
    return set;
  }

  private RealSet ray(Relator relator, Node bound) {
    return switch (relator) {
      case LESS -> RealSet.of(Bound.LOWEST, bound(bound, -1));
      case LESS_OR_EQUAL -> RealSet.of(Bound.LOWEST, bound(bound, 1));
      case GREATER -> RealSet.of(bound(bound, 1), Bound.HIGHEST);
      case GREATER_OR_EQUAL -> RealSet.of(bound(bound, -1), Bound.HIGHEST);
      case UNEQUAL -> point(bound).complement();
      case EQUAL -> point(bound);
      case ELEMENT_OF -> set(bound);
      default -> throw new OutOfReachException("no relation of order");
    };
  }
}
