package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Call;
import dev.flowdpo.verify.math.Node.Constant;
import dev.flowdpo.verify.math.Node.Num;
import dev.flowdpo.verify.math.Node.Power;
import dev.flowdpo.verify.math.Node.Symbol;
import java.util.Set;

/**
 * Compares formulas by their values to many digits: constants once, formulas with variables at
 * several points. The number of digits grows with the numbers in the formulas, so that no value
 * that is merely close passes for equal.
 *
 * <p>Formulas are compared where they are real; where they hardly ever are, or speak of i, as
 * complex ones with principal roots.
 */
final class NumericComparison {
  private static final int CONSTANT_DIGITS = 60;
  private static final int POINT_DIGITS = 45;
  private static final int MAX_DIGITS = 650;
  private static final int SLACK = 8;
  private static final int POINTS = 5;
  private static final int ATTEMPTS = 36;
  private static final Set<String> WHOLE =
      Set.of("factorial", "doublefactorial", "binom", "gcd", "lcm", "mod", "sum", "prod");

  private final Node left;
  private final Node right;
  private final int digits;
  private final Budget budget;
  private final boolean constant;
  private final boolean whole;

  /**
   * Creates a comparison.
   *
   * @param height bits of the largest number in the formulas' difference
   */
  NumericComparison(Node left, Node right, int height, Budget budget) {
    this.left = left;
    this.right = right;
    this.budget = budget;
    this.constant =
        !Rewriting.any(left, n -> n instanceof Symbol)
            && !Rewriting.any(right, n -> n instanceof Symbol);
    this.whole = needsWholeNumbers(left) || needsWholeNumbers(right);
    // Two decimal digits for each digit of the largest number.
    this.digits = (constant ? CONSTANT_DIGITS : POINT_DIGITS) + height * 3 / 5;
  }

  Comparison compare() {
    if (digits > MAX_DIGITS) {
      return Comparison.unknown("not equal in form, and too large to compare by digits");
    }
    boolean complex = mentionsI(left) || mentionsI(right);
    if (constant) {
      return verdict(at(new SamplePoint(0, whole, complex), true));
    }
    if (complex) {
      return atPoints(true);
    }
    Comparison real = atPoints(false);
    return real.isUnknown() ? atPoints(true) : real;
  }

  private static Comparison verdict(Agreement agreement) {
    return switch (agreement) {
      case YES -> Comparison.equal("equal to many digits");
      case NO -> Comparison.different("different values");
      case UNDEFINED -> Comparison.unknown("not equal in form, and without a value to compare");
      case UNSURE -> Comparison.unknown("not equal in form, and the values cannot be compared");
    };
  }

  private enum Agreement {
    YES,
    NO,
    UNDEFINED,
    UNSURE
  }

  private Comparison atPoints(boolean complex) {
    int agreeing = 0;
    for (int i = 0; i < ATTEMPTS && agreeing < POINTS; i++) {
      Agreement agreement = at(new SamplePoint(i, whole, complex), complex);
      if (agreement == Agreement.NO) {
        return Comparison.different("different values at a point");
      }
      agreeing += agreement == Agreement.YES ? 1 : 0;
    }
    if (agreeing >= POINTS) {
      return Comparison.equal("equal at " + POINTS + " points");
    }
    return Comparison.unknown(
        complex
            ? "not equal in form, and defined at too few points to compare"
            : "real at too few points");
  }

  private Agreement at(SamplePoint point, boolean complex) {
    try {
      Values values = values(point, digits);
      if (values.leftReals() && !complex) {
        return Agreement.UNDEFINED;
      }
      if (values.difference().isZero()) {
        return Agreement.YES;
      }
      long scale = values.scale();
      if (values.largest() - scale > digits / 3) {
        return cancelled(point, values);
      }
      long size = values.difference().magnitude();
      if (Math.abs(scale) > digits / 2) {
        return size < scale - digits / 2 ? Agreement.UNSURE : Agreement.NO;
      }
      return size < scale - (digits - SLACK) ? Agreement.YES : Agreement.NO;
    } catch (OutOfReachException e) {
      budget.spend(1); // fails for good where nothing is left
      return Agreement.UNDEFINED;
    }
  }

  /**
   * The way to the values went through numbers so much larger that what is left of them may be
   * nothing but error: so many more digits are needed as were lost.
   */
  private Agreement cancelled(SamplePoint point, Values first) {
    if (first.difference().magnitude() >= first.largest() - digits) {
      return Agreement.NO;
    }
    long enough = digits + Math.min(first.largest() - first.scale(), MAX_DIGITS);
    if (enough > MAX_DIGITS) {
      return Agreement.UNSURE;
    }
    Values again = values(point, (int) enough);
    return again.difference().isZero()
            || again.difference().magnitude() < again.largest() - (enough - SLACK)
        ? Agreement.YES
        : Agreement.NO;
  }

  /** What both formulas are at a point, and how large the largest number on the way was. */
  private record Values(Complex difference, long scale, long largest, boolean leftReals) {}

  private Values values(SamplePoint point, int precision) {
    Elementary functions = new Elementary(precision, budget);
    Evaluator evaluator = new Evaluator(functions, point, budget);
    Complex a = evaluator.value(left);
    Complex b = evaluator.value(right);
    return new Values(
        a.minus(b, functions),
        Math.max(a.magnitude(), b.magnitude()),
        evaluator.largest(),
        evaluator.leftReals());
  }

  private static boolean mentionsI(Node node) {
    return Rewriting.any(node, n -> n == Constant.I || (n instanceof Call c && isComplex(c)));
  }

  private static boolean isComplex(Call call) {
    return call.function().equals("cis") || call.function().equals("conj");
  }

  /** Factorials have no value here but at whole numbers, and (−1)ⁿ is real only there. */
  private static boolean needsWholeNumbers(Node node) {
    return Rewriting.any(
        node,
        n ->
            (n instanceof Call call && WHOLE.contains(call.function()))
                || (n instanceof Power power
                    && power.base() instanceof Num num
                    && num.value().signum() < 0
                    && Rewriting.any(power.exponent(), e -> e instanceof Symbol)));
  }
}
