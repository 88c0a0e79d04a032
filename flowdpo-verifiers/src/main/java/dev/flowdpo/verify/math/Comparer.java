package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Labels.Named;
import dev.flowdpo.verify.math.Node.BasedNumber;
import dev.flowdpo.verify.math.Node.Bracket;
import dev.flowdpo.verify.math.Node.Choice;
import dev.flowdpo.verify.math.Node.Listing;
import dev.flowdpo.verify.math.Node.Matrix;
import dev.flowdpo.verify.math.Node.Quantity;
import dev.flowdpo.verify.math.Node.Ratio;
import dev.flowdpo.verify.math.Node.Relation;
import dev.flowdpo.verify.math.Node.Symbol;
import dev.flowdpo.verify.math.Node.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Compares answers of any kind, kind by kind. Symmetric. */
final class Comparer {
  private final Budget budget;
  private final ScalarComparison scalars;
  private final RelationComparison relations;
  private final CollectionComparison collections;
  private final RealSetReader sets;

  Comparer(Budget budget) {
    this.budget = budget;
    this.scalars = new ScalarComparison(budget);
    this.relations = new RelationComparison(this, scalars, budget);
    this.collections = new CollectionComparison(this, budget);
    this.sets = new RealSetReader(budget);
  }

  Comparison compare(Node left, Node right) {
    Rewriting.walk(left, budget);
    Rewriting.walk(right, budget);
    if (left.equals(right)) {
      return Comparison.equal("the same");
    }
    if (left instanceof Choice || right instanceof Choice) {
      return choices(left, right);
    }
    if (isScalar(left) && isScalar(right)) {
      if (sameLetter(left, right)) {
        return Comparison.equal("the same choice");
      }
      return left instanceof Quantity || right instanceof Quantity
          ? Quantities.compare(
              Quantities.likeOther(digits(left), right, budget),
              Quantities.likeOther(digits(right), left, budget),
              scalars)
          : based(left, right);
    }
    if (left instanceof Words || right instanceof Words) {
      return texts(left, right);
    }
    if (left instanceof Ratio || right instanceof Ratio) {
      Optional<Comparison> ratios = Ratios.compare(left, right, this);
      if (ratios.isPresent()) {
        return ratios.get();
      }
    }
    Comparison structural = structural(left, right);
    if (structural.isEqual() || !(RealSetReader.isSet(left) || RealSetReader.isSet(right))) {
      return structural;
    }
    Set<String> leftNames = RealSetReader.variables(left);
    Set<String> rightNames = RealSetReader.variables(right);
    if (!leftNames.isEmpty() && !rightNames.isEmpty() && !leftNames.equals(rightNames)) {
      return structural;
    }
    Optional<RealSet> a = sets.read(left);
    Optional<RealSet> b = sets.read(right);
    return a.isPresent() && b.isPresent() ? a.get().compare(b.get(), scalars) : structural;
  }

  private Comparison structural(Node left, Node right) {
    if (left instanceof Relation a && right instanceof Relation b) {
      return relations.compare(a, b);
    }
    Optional<Node> spreadLeft = Labels.spread(left);
    Optional<Node> spreadRight = Labels.spread(right);
    if (right instanceof Listing && spreadLeft.isPresent()) {
      return compare(spreadLeft.get(), right);
    }
    if (left instanceof Listing && spreadRight.isPresent()) {
      return compare(left, spreadRight.get());
    }
    Optional<Named> named = Labels.named(left instanceof Relation ? left : right);
    if (named.isPresent()) {
      return left instanceof Relation
          ? compare(named.get().value(), right)
          : compare(left, named.get().value());
    }
    if (left instanceof Relation || right instanceof Relation) {
      return Comparison.different("a relation and a value");
    }
    if (left instanceof Matrix a && right instanceof Matrix b && !sameShape(a, b)) {
      return Comparison.different("matrices of different shapes");
    }
    Optional<Matrix> a = Matrices.rows(left);
    Optional<Matrix> b = Matrices.rows(right);
    boolean matrices = left instanceof Matrix || right instanceof Matrix;
    if (matrices && a.isPresent() && b.isPresent() && sameShape(a.get(), b.get())) {
      return collections.ordered(a.get().children(), b.get().children());
    }
    return collections.compare(left, right);
  }

  private static boolean sameShape(Matrix a, Matrix b) {
    return a.rows().size() == b.rows().size() && a.rows().get(0).size() == b.rows().get(0).size();
  }

  /** The letter of a choice may be small on one side. */
  private static boolean sameLetter(Node left, Node right) {
    return left instanceof Symbol a
        && right instanceof Symbol b
        && a.name().length() == 1
        && "ABCD".contains(a.name().toUpperCase(Locale.ROOT))
        && a.name().equalsIgnoreCase(b.name());
  }

  private static boolean isScalar(Node node) {
    return node instanceof Quantity quantity
        ? ScalarComparison.isFormula(quantity.value())
        : ScalarComparison.isFormula(node);
  }

  /** Numbers with a base written on them are compared by value, or by digits with one without. */
  private Comparison based(Node left, Node right) {
    if (left instanceof BasedNumber a && right instanceof BasedNumber b) {
      return scalars.compare(BasedNumbers.value(a, budget), BasedNumbers.value(b, budget));
    }
    if (left instanceof BasedNumber || right instanceof BasedNumber) {
      Comparison digits = scalars.compare(digits(left), digits(right));
      return digits.isEqual()
          ? Comparison.unknown("the same digits, but only one says to what base")
          : digits;
    }
    return scalars.compare(left, right);
  }

  private Node digits(Node node) {
    return node instanceof BasedNumber number
        ? Numbers.readOrSymbol(number.digits(), budget)
        : node;
  }

  /** Letters decide where both have one; else what stands beside the letter. */
  private Comparison choices(Node left, Node right) {
    if (left instanceof Choice a && right instanceof Choice b) {
      return Comparison.of(a.letter().equals(b.letter()), "compared by the letter of the choice");
    }
    Choice choice = left instanceof Choice c ? c : (Choice) right;
    Node other = left instanceof Choice ? right : left;
    if (TextForm.of(other).filter(choice.letter().toLowerCase(Locale.ROOT)::equals).isPresent()) {
      return Comparison.equal("the same choice");
    }
    return compare(choice.content(), other);
  }

  private Comparison texts(Node left, Node right) {
    if (!(left instanceof Words && right instanceof Words)
        && (TextForm.breaksOff(left) || TextForm.breaksOff(right))) {
      return Comparison.different("an answer that breaks off");
    }
    Optional<String> a = TextForm.of(left);
    Optional<String> b = TextForm.of(right);
    if (a.isPresent() && b.isPresent() && a.equals(b) && !a.get().isEmpty()) {
      return Comparison.equal("the same text");
    }
    if ((left instanceof Ratio || right instanceof Ratio) && a.or(() -> b).isPresent()) {
      Ratio clock = left instanceof Ratio ratio ? ratio : (Ratio) right;
      Optional<Long> minutes = Ratios.minutesOfLongClock(clock);
      boolean same = minutes.isPresent() && minutes.equals(TimeOfDay.minutes(a.or(() -> b).get()));
      return Comparison.of(same, "compared as times of day");
    }
    Optional<Node> leftNumber = number(left);
    Optional<Node> rightNumber = number(right);
    if (leftNumber.isPresent() || rightNumber.isPresent()) {
      Node first = leftNumber.orElse(left);
      Node second = rightNumber.orElse(right);
      if (!(first instanceof Words) && !(second instanceof Words)) {
        return compare(first, second);
      }
    }
    Optional<Named> named = Labels.named(left instanceof Words ? right : left);
    if (named.isPresent()) {
      return left instanceof Words
          ? compare(left, named.get().value())
          : compare(named.get().value(), right);
    }
    return Comparison.different("different texts");
  }

  private static Optional<Node> number(Node node) {
    return node instanceof Words words ? TextForm.number(words.text()) : Optional.empty();
  }

  /** Returns the items of a list or set; of anything else the one item that it is. */
  static List<Node> items(Node node) {
    if (node instanceof Listing listing) {
      return listing.items();
    }
    return node instanceof Bracket bracket && bracket.isSet() ? bracket.items() : List.of(node);
  }
}
