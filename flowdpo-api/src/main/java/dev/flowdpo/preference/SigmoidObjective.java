package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/** DPO, Rafailov et al., arXiv 2305.18290, equation 7: −log σ(β h). */
record SigmoidObjective(double beta) implements DpoObjective {
  SigmoidObjective {
    Require.positive("beta", beta);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double x = beta * sums.logit();
    return ObjectiveValue.ofLogit(Logistic.minusLogSigmoid(x), -beta * Logistic.sigmoid(-x));
  }
}
