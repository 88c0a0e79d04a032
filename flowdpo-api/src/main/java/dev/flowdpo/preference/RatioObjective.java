package dev.flowdpo.preference;

import dev.flowdpo.error.Require;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** A loss of the two implicit rewards, given by the application without derivatives. */
record RatioObjective(double beta, DoubleBinaryOperator loss) implements DpoObjective {
  /** A power of two, so that adding it costs no digits; small against the scale of losses, 1. */
  private static final double STEP = 0x1p-10;

  RatioObjective {
    Require.positive("beta", beta);
    Objects.requireNonNull(loss, "loss");
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double chosen = beta * sums.chosenLogRatio();
    double rejected = beta * sums.rejectedLogRatio();
    return ObjectiveValue.ofRatios(
        loss.applyAsDouble(chosen, rejected),
        beta * slope(step -> loss.applyAsDouble(chosen + step, rejected)),
        beta * slope(step -> loss.applyAsDouble(chosen, rejected + step)));
  }

  /** Returns f'(0) to fourth order: an error of s⁴/30 f⁽⁵⁾, and about 1e-13 |f| by rounding. */
  private static double slope(DoubleUnaryOperator f) {
    double near = f.applyAsDouble(STEP) - f.applyAsDouble(-STEP);
    double far = f.applyAsDouble(2 * STEP) - f.applyAsDouble(-2 * STEP);
    return (8 * near - far) / (12 * STEP);
  }
}
