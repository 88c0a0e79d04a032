package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Product;
import dev.flowdpo.verify.math.Node.Quantity;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Compares two formulas without units: by normal form, else modulo a prime, else by digits;
 * decimals by {@link DecimalRule}.
 */
final class ScalarComparison {
  private static final long NORMAL_FORM_STEPS = 90_000;
  private static final BigInteger MAX_HEIGHT = BigInteger.valueOf(1_000_000);

  private final Budget budget;

  ScalarComparison(Budget budget) {
    this.budget = budget;
  }

  /** Says whether the node is a formula that this compares. */
  static boolean isFormula(Node node) {
    if (node instanceof Node.Sum
        || node instanceof Product
        || node instanceof Node.Power
        || node instanceof Call) {
      return !Rewriting.any(
          node,
          n -> n instanceof Node.Matrix || (n instanceof Node.Words w && !w.text().isEmpty()));
    }
    return node instanceof Num
        || node instanceof Node.Symbol
        || node instanceof Constant
        || node instanceof Node.BasedNumber;
  }

  Budget budget() {
    return budget;
  }

  Comparison compare(Node left, Node right) {
    if (left.equals(right)) {
      return Comparison.equal("the same");
    }
    if (left instanceof Num a && right instanceof Num b) {
      return a.value().equals(b.value())
          ? Comparison.equal("the same number")
          : decimals(left, right, Comparison.different("different numbers"));
    }
    Optional<Integer> leftInfinity = infinity(left);
    Optional<Integer> rightInfinity = infinity(right);
    if (leftInfinity.isPresent() || rightInfinity.isPresent()) {
      return Comparison.of(leftInfinity.equals(rightInfinity), "compared as infinities");
    }
    boolean logarithm =
        Rewriting.any(left, ScalarComparison::isOpenLogarithm)
            || Rewriting.any(right, ScalarComparison::isOpenLogarithm);
    if (!logarithm) {
      return formulas(left, right);
    }
    // "log" is to base 10 for some, to base e for others, but the same for both.
    Comparison natural =
        formulas(Rewriting.logarithms(left, "ln"), Rewriting.logarithms(right, "ln"));
    return natural.isEqual()
        ? natural
        : formulas(Rewriting.logarithms(left, "log10"), Rewriting.logarithms(right, "log10"));
  }

  private static boolean isOpenLogarithm(Node node) {
    return node instanceof Call call && call.function().equals("log");
  }

  private Comparison formulas(Node left, Node right) {
    int height = literalHeight(left) + literalHeight(right);
    try {
      Budget part = budget.part(NORMAL_FORM_STEPS);
      Normalizer normalizer = new Normalizer(part);
      Fraction a = normalizer.normalize(left);
      Fraction b = normalizer.normalize(right);
      if (a.isConstant() && b.isConstant()) { // in lowest terms both
        return a.constant().equals(b.constant())
            ? Comparison.equal("the same number")
            : decimals(left, right, Comparison.different("different in normal form"));
      }
      Polynomial difference =
          a.numerator()
              .times(b.denominator(), part)
              .plus(b.numerator().times(a.denominator(), part).negate(part), part);
      ZeroTest zero = ZeroTest.of(difference, part);
      if (zero == ZeroTest.ZERO) {
        return Comparison.equal("equal in normal form");
      }
      if (zero == ZeroTest.NOT_ZERO) {
        return decimals(left, right, Comparison.different("different in normal form"));
      }
      height = Math.max(height, difference.height());
    } catch (OutOfReachException e) {
      budget.spend(1);
      if (ModularEvaluator.reads(left) && ModularEvaluator.reads(right)) {
        return modular(left, right);
      }
    }
    return decimals(left, right, new NumericComparison(left, right, height, budget).compare());
  }

  private Comparison modular(Node left, Node right) {
    try {
      return Comparison.of(ModularEvaluator.agree(left, right, budget), "compared at exact points");
    } catch (OutOfReachException e) {
      return Comparison.unknown(String.valueOf(e.getMessage()));
    }
  }

  private Comparison decimals(Node left, Node right, Comparison exact) {
    return exact.isEqual() ? exact : new DecimalRule(budget).compare(left, right, exact);
  }

  /** Returns the bits of all numbers together, powers counted as if worked out. */
  private static int literalHeight(Node node) {
    if (node instanceof Num num) {
      return num.value().abs().isOne() ? 0 : num.value().height();
    }
    long height = 0;
    if (node instanceof Node.Power power && power.exponent() instanceof Num exponent) {
      int base = literalHeight(power.base()); // once: stacked powers would double it
      BigInteger[] whole =
          exponent.value().numerator().abs().divideAndRemainder(exponent.value().denominator());
      height = base * (1L + whole[0].min(MAX_HEIGHT).intValue()) + literalHeight(exponent);
    } else {
      for (Node child : node.children()) {
        height += literalHeight(child);
      }
    }
    return (int) Math.min(height, MAX_HEIGHT.longValue());
  }

  /** Returns the sign of an infinite value, also of one in per cent. */
  static Optional<Integer> infinity(Node node) {
    if (node == Constant.INFINITY) {
      return Optional.of(1);
    }
    if (node instanceof Quantity quantity) {
      return infinity(quantity.value());
    }
    if (node instanceof Product product && product.factors().size() == 2) {
      Optional<Integer> sign = infinity(product.factors().get(1));
      return product.factors().get(0) instanceof Num num
          ? sign.map(s -> s * num.value().signum())
          : Optional.empty();
    }
    return Optional.empty();
  }
}
