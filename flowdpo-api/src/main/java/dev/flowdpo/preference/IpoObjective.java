package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/**
 * IPO, Azar et al., arXiv 2310.12036, equation 17: (h̄ − 1 / (2 β))². The log-ratios are averaged
 * over their tokens; sums would make the fixed target mean less the longer a completion is.
 */
record IpoObjective(double beta) implements DpoObjective {
  IpoObjective {
    Require.positive("beta", beta);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    double meanLogit =
        sums.chosenLogRatio() / sums.chosenLength()
            - sums.rejectedLogRatio() / sums.rejectedLength();
    double distance = meanLogit - 1 / (2 * beta);
    double slope = 2 * distance;
    return ObjectiveValue.ofRatios(
        distance * distance, slope / sums.chosenLength(), -slope / sums.rejectedLength());
  }
}
