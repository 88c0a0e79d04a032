package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/**
 * The losses of pairs that {@link DpoObjective} names, with their derivatives. Each is a record, so
 * that it is equal by its numbers and tells them.
 */
final class PairObjectives {
  private PairObjectives() {}

  /** DPO, Rafailov et al., arXiv 2305.18290, equation 7: −log σ(β h). */
  record SigmoidObjective(double beta) implements DpoObjective {
    SigmoidObjective {
      Require.positive("beta", beta);
    }

    @Override
    public ObjectiveValue evaluate(LogProbabilitySums sums) {
      return tilted(beta, 0, sums);
    }
  }

  /** DPO on means over tokens, as in Tülu 3, Lambert et al., arXiv 2411.15124: −log σ(β h̄). */
  record LengthNormalisedObjective(double beta) implements DpoObjective {
    LengthNormalisedObjective {
      Require.positive("beta", beta);
    }

    @Override
    public ObjectiveValue evaluate(LogProbabilitySums sums) {
      double x = beta * sums.meanLogit();
      return ofMeanLogit(Logistic.minusLogSigmoid(x), -beta * Logistic.sigmoid(-x), sums);
    }
  }

  /**
   * cDPO, Mitchell 2023: the cross-entropy of σ(x) with the smoothed label 1 − ε, which is −log
   * σ(x) + ε x, x = β h.
   */
  record ConservativeObjective(double beta, double labelSmoothing) implements DpoObjective {
    ConservativeObjective {
      Require.positive("beta", beta);
      Require.below(0, 0.5, "labelSmoothing", labelSmoothing);
    }

    @Override
    public ObjectiveValue evaluate(LogProbabilitySums sums) {
      return tilted(beta, labelSmoothing, sums);
    }
  }

  /**
   * Robust DPO, Chowdhury et al., arXiv 2403.00409: the loss whose mean over labels flipped with
   * probability ε is the loss of the true label, which is −log σ(x) − ε / (1 − 2 ε) x, x = β h.
   */
  record RobustObjective(double beta, double flipProbability) implements DpoObjective {
    RobustObjective {
      Require.positive("beta", beta);
      Require.below(0, 0.5, "flipProbability", flipProbability);
    }

    @Override
    public ObjectiveValue evaluate(LogProbabilitySums sums) {
      return tilted(beta, -flipProbability / (1 - 2 * flipProbability), sums);
    }
  }

  /** −log σ(x) + tilt · x. */
  private static ObjectiveValue tilted(double beta, double tilt, LogProbabilitySums sums) {
    double x = beta * sums.logit();
    return ObjectiveValue.ofLogit(
        Logistic.minusLogSigmoid(x) + tilt * x, beta * (tilt - Logistic.sigmoid(-x)));
  }

  /** A loss by a difference of means over tokens, and its derivative by that. */
  private static ObjectiveValue ofMeanLogit(double loss, double slope, LogProbabilitySums sums) {
    return ObjectiveValue.ofRatios(
        loss, slope / sums.chosenLength(), -slope / sums.rejectedLength());
  }

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
      double distance = sums.meanLogit() - 1 / (2 * beta);
      return ofMeanLogit(distance * distance, 2 * distance, sums);
    }
  }

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

  /** −log π(chosen) / length: supervised fine-tuning on the chosen completion. */
  record SupervisedObjective() implements DpoObjective {
    @Override
    public ObjectiveValue evaluate(LogProbabilitySums sums) {
      double perToken = 1.0 / sums.chosenLength();
      return new ObjectiveValue(-perToken * sums.policyChosen(), -perToken, 0, 0, 0);
    }

    @Override
    public boolean readsChosenOnly() {
      return true;
    }
  }
}
