package dev.flowdpo.runtime.training;

import dev.flowdpo.preference.LogProbabilitySums;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Means over pairs that say how preference learning goes, as TRL's DPO trainer logs them. Immutable
 * and thread-safe.
 *
 * @param rewardsChosen implicit reward β (log π − log π_ref) of the chosen completions
 * @param rewardsRejected implicit reward of the rejected completions
 * @param accuracy share of pairs whose chosen completion has the larger reward
 * @param chosenLogProbability log π of the chosen completions
 * @param rejectedLogProbability log π of the rejected completions
 */
public record PreferenceFigures(
    double rewardsChosen,
    double rewardsRejected,
    double accuracy,
    double chosenLogProbability,
    double rejectedLogProbability) {

  /**
   * Returns the means over these pairs; 0 where there are none.
   *
   * @param beta the objective's β
   */
  public static PreferenceFigures of(List<LogProbabilitySums> sums, double beta) {
    ToDoubleFunction<LogProbabilitySums> chosen = s -> beta * s.chosenLogRatio();
    ToDoubleFunction<LogProbabilitySums> rejected = s -> beta * s.rejectedLogRatio();
    return new PreferenceFigures(
        mean(sums, chosen),
        mean(sums, rejected),
        mean(sums, s -> chosen.applyAsDouble(s) > rejected.applyAsDouble(s) ? 1 : 0),
        mean(sums, LogProbabilitySums::policyChosen),
        mean(sums, LogProbabilitySums::policyRejected));
  }

  /** Returns by how much the chosen completions' reward is larger. */
  public double margin() {
    return rewardsChosen - rewardsRejected;
  }

  /** Returns the figures by TRL's names. */
  Map<String, Double> byName() {
    Map<String, Double> means = new LinkedHashMap<>();
    means.put("rewards/chosen", rewardsChosen);
    means.put("rewards/rejected", rewardsRejected);
    means.put("rewards/margins", margin());
    means.put("rewards/accuracies", accuracy);
    means.put("logps/chosen", chosenLogProbability);
    means.put("logps/rejected", rejectedLogProbability);
    return means;
  }

  private static double mean(
      List<LogProbabilitySums> sums, ToDoubleFunction<LogProbabilitySums> value) {
    return sums.stream().mapToDouble(value).average().orElse(0);
  }
}
