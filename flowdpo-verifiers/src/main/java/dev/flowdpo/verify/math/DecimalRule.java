package dev.flowdpo.verify.math;

import dev.flowdpo.verify.math.Node.Num;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * When a decimal stands for a value that it does not equal. Decimals are exact otherwise.
 *
 * <ul>
 *   <li>A decimal of at least {@value #ROUNDED_DIGITS} significant digits stands for a value that
 *       rounds, or is cut off, to the places shown, unless that value is a decimal as short.
 *   <li>A decimal of at least {@value #NOISY_DIGITS} significant digits may carry the noise of
 *       floating-point arithmetic: a relative error below 10⁻¹².
 * </ul>
 */
final class DecimalRule {
  static final int ROUNDED_DIGITS = 6;
  static final int NOISY_DIGITS = 15;
  private static final int MAX_DECIMALS = 40;
  private static final BigDecimal NOISE = new BigDecimal(BigInteger.ONE, 12);

  private final Budget budget;

  DecimalRule(Budget budget) {
    this.budget = budget;
  }

  /** Returns equal where the rule says so, else the outcome of the exact comparison. */
  Comparison compare(Node left, Node right, Comparison exact) {
    boolean leftStands = standsForOthers(left);
    boolean rightStands = standsForOthers(right);
    if (!leftStands && !rightStands) {
      return exact;
    }
    try {
      boolean equal =
          (leftStands && stands((Num) left, right)) || (rightStands && stands((Num) right, left));
      return equal ? Comparison.equal("equal to the decimals shown") : exact;
    } catch (OutOfReachException e) {
      budget.spend(1);
      return exact;
    }
  }

  private static boolean standsForOthers(Node node) {
    return node instanceof Num num
        && num.isDecimal()
        && num.decimals() <= MAX_DECIMALS
        && num.digits() >= ROUNDED_DIGITS;
  }

  private boolean stands(Num decimal, Node other) {
    if (other instanceof Num num && num.isDecimal() && num.decimals() <= decimal.decimals()) {
      return isNoisy(decimal) && near(decimal, toDecimal(num));
    }
    if (Rewriting.any(other, n -> n instanceof Node.Symbol)) {
      return false;
    }
    BigDecimal value = toDecimal(other);
    if (isNoisy(decimal) && near(decimal, value)) {
      return true;
    }
    if (other instanceof Num num && num.value().isInteger()) {
      return false;
    }
    if (other instanceof Num num && num.isDecimal() && decimal.decimals() < ROUNDED_DIGITS) {
      return false; // two short decimals mean what they say
    }
    BigDecimal unit = new BigDecimal(BigInteger.ONE, decimal.decimals());
    BigDecimal error = value.subtract(toDecimal(decimal));
    boolean rounds = error.abs().multiply(BigDecimal.valueOf(2)).compareTo(unit) <= 0;
    boolean cutOff = error.abs().compareTo(unit) < 0 && error.signum() * value.signum() >= 0;
    return rounds || cutOff;
  }

  private static boolean isNoisy(Num decimal) {
    return decimal.digits() >= NOISY_DIGITS;
  }

  private boolean near(Num decimal, BigDecimal value) {
    BigDecimal error = value.subtract(toDecimal(decimal)).abs();
    return error.compareTo(value.abs().multiply(NOISE)) <= 0;
  }

  private BigDecimal toDecimal(Num num) {
    return num.value().toDecimal(new MathContext(80), budget);
  }

  private BigDecimal toDecimal(Node node) {
    if (node instanceof Num num) {
      return toDecimal(num);
    }
    return Evaluator.ofConstants(60, budget).real(node);
  }
}
