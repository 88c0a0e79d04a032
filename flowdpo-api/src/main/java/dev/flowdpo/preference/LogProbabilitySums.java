package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.List;
import java.util.Optional;

/**
 * What an objective sees of a pair: log-probabilities (natural logarithm) summed over the tokens of
 * each completion, under the policy that learns and under the frozen reference. Immutable and
 * thread-safe.
 *
 * @param policyChosen log π of the chosen completion
 * @param policyRejected log π of the rejected completion
 * @param referenceChosen log π_ref of the chosen completion
 * @param referenceRejected log π_ref of the rejected completion
 * @param chosenLength tokens of the chosen completion, at least 1
 * @param rejectedLength tokens of the rejected completion, at least 1
 */
public record LogProbabilitySums(
    double policyChosen,
    double policyRejected,
    double referenceChosen,
    double referenceRejected,
    int chosenLength,
    int rejectedLength) {

  /** Checks the values; a sum that is not finite or a length below 1 is refused. */
  public LogProbabilitySums {
    Require.finite("policyChosen", policyChosen);
    Require.finite("policyRejected", policyRejected);
    Require.finite("referenceChosen", referenceChosen);
    Require.finite("referenceRejected", referenceRejected);
    Require.atLeast(1, "chosenLength", chosenLength);
    Require.atLeast(1, "rejectedLength", rejectedLength);
  }

  /**
   * Returns the sums of a pair. Of a chosen completion alone (see {@link
   * DpoObjective#readsChosenOnly}) the rejected sums are 0 and the lengths the same.
   *
   * @param pair the chosen completion and then the rejected one, if there is one
   * @throws InvalidInputException if there are neither one nor two completions
   */
  public static LogProbabilitySums of(List<ScoredCompletion> pair) {
    if (pair.isEmpty() || pair.size() > 2) {
      throw new InvalidInputException(
          "pair: expected a chosen and a rejected completion, found a group of "
              + pair.size()
              + ". Larger groups want an objective of their own (DpoObjective.ofCompletions).");
    }
    ScoredCompletion chosen = pair.get(0);
    Optional<ScoredCompletion> rejected = pair.stream().skip(1).findFirst();
    return new LogProbabilitySums(
        chosen.policySum(),
        rejected.map(ScoredCompletion::policySum).orElse(0.0),
        chosen.referenceSum(),
        rejected.map(ScoredCompletion::referenceSum).orElse(0.0),
        chosen.length(),
        rejected.map(ScoredCompletion::length).orElse(chosen.length()));
  }

  /** {@return log π(chosen) − log π_ref(chosen)} */
  public double chosenLogRatio() {
    return policyChosen - referenceChosen;
  }

  /** {@return log π(rejected) − log π_ref(rejected)} */
  public double rejectedLogRatio() {
    return policyRejected - referenceRejected;
  }

  /**
   * {@return the DPO logit h, the difference of the two log-ratios; positive where the policy has
   * moved towards the chosen completion}
   */
  public double logit() {
    return chosenLogRatio() - rejectedLogRatio();
  }

  /** {@return h̄, the difference of the two log-ratios where each is the mean over its tokens} */
  public double meanLogit() {
    return chosenLogRatio() / chosenLength - rejectedLogRatio() / rejectedLength;
  }
}
