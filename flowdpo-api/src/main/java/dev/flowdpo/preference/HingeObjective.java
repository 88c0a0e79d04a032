package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/** SLiC-HF, Zhao et al., arXiv 2305.10425, on log-ratios: max(0, 1 − β h). */
record HingeObjective(double beta) implements DpoObjective {
  HingeObjective {
    Require.positive("beta", beta);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double slack = 1 - beta * sums.logit();
    return slack > 0 ? ObjectiveValue.ofLogit(slack, -beta) : ObjectiveValue.ofLogit(0, 0);
  }
}
