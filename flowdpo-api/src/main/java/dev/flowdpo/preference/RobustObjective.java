package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/**
 * Robust DPO, Chowdhury et al., arXiv 2403.00409: the loss whose mean over labels flipped with
 * probability ε is the loss of the true label.
 */
record RobustObjective(double beta, double flipProbability) implements DpoObjective {
  RobustObjective {
    Require.positive("beta", beta);
    Require.below(0, 0.5, "flipProbability", flipProbability);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double x = beta * sums.logit();
    double scale = 1 / (1 - 2 * flipProbability);
    double loss =
        (1 - flipProbability) * Logistic.minusLogSigmoid(x)
            - flipProbability * Logistic.minusLogSigmoid(-x);
    // d/dx: −(1 − ε) σ(−x) − ε σ(x)
    double slope =
        -(1 - flipProbability) * Logistic.sigmoid(-x) - flipProbability * Logistic.sigmoid(x);
    return ObjectiveValue.ofLogit(scale * loss, scale * beta * slope);
  }
}
