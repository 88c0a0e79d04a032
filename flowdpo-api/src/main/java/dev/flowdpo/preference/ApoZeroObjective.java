package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/** APO-zero: each completion for itself. */
record ApoZeroObjective(double beta) implements DpoObjective {
  ApoZeroObjective {
    Require.positive("beta", beta);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double chosen = beta * sums.chosenLogRatio();
    double rejected = beta * sums.rejectedLogRatio();
    // 1 − σ(x) = σ(−x), which keeps its digits where σ(x) is near 1.
    double loss = Logistic.sigmoid(-chosen) + Logistic.sigmoid(rejected);
    return ObjectiveValue.ofRatios(loss, -beta * slope(chosen), beta * slope(rejected));
  }

  /** σ'(x) = σ(x) σ(−x). */
  private static double slope(double x) {
    return Logistic.sigmoid(x) * Logistic.sigmoid(-x);
  }
}
