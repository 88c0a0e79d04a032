package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/** SimPO, Meng et al., arXiv 2405.14734: DPO on mean log-probabilities with a margin. */
record SimPoObjective(double beta, double gamma) implements DpoObjective {
  SimPoObjective {
    Require.positive("beta", beta);
    Require.notNegative("gamma", gamma);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double chosen = sums.policyChosen() / sums.chosenLength();
    double rejected = sums.policyRejected() / sums.rejectedLength();
    double x = beta * (chosen - rejected) - gamma;
    double slope = -beta * Logistic.sigmoid(-x);
    return new ObjectiveValue(
        Logistic.minusLogSigmoid(x),
        slope / sums.chosenLength(),
        -slope / sums.rejectedLength(),
        0,
        0);
  }
}
