package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/** cDPO, Mitchell 2023: the cross-entropy of σ(β h) with the smoothed label 1 − ε. */
record ConservativeObjective(double beta, double labelSmoothing) implements DpoObjective {
  ConservativeObjective {
    Require.positive("beta", beta);
    Require.below(0, 0.5, "labelSmoothing", labelSmoothing);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double x = beta * sums.logit();
    double loss =
        (1 - labelSmoothing) * Logistic.minusLogSigmoid(x)
            + labelSmoothing * Logistic.minusLogSigmoid(-x);
    // d/dx: −(1 − ε) σ(−x) + ε σ(x)
    double slope =
        labelSmoothing * Logistic.sigmoid(x) - (1 - labelSmoothing) * Logistic.sigmoid(-x);
    return ObjectiveValue.ofLogit(loss, beta * slope);
  }
}
