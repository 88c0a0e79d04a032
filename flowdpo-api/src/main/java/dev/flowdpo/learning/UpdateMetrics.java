package dev.flowdpo.learning;

import dev.flowdpo.preference.AdapterRole;
import java.util.Objects;

/**
 * One optimiser step of one adapter; means over its pairs. The implicit reward of a completion is β
 * (log π − log π_ref), with β of {@link dev.flowdpo.preference.DpoObjective#beta}. Immutable and
 * thread-safe.
 *
 * @param role the adapter
 * @param update its steps so far, this one included
 * @param pairs how many pairs the step used
 * @param loss mean loss
 * @param rewardsChosen mean implicit reward of the chosen completions
 * @param rewardsRejected mean implicit reward of the rejected completions
 * @param rewardsMargin mean difference of the two
 * @param rewardsAccuracy share of pairs whose chosen completion has the higher implicit reward
 * @param logpsChosen mean log π of the chosen completions, each summed over its tokens
 * @param logpsRejected mean log π of the rejected completions, each summed over its tokens
 * @param gradientNorm global norm of the gradient before clipping
 * @param learningRate rate of this step, with warm-up and schedule applied
 */
public record UpdateMetrics(
    AdapterRole role,
    long update,
    int pairs,
    double loss,
    double rewardsChosen,
    double rewardsRejected,
    double rewardsMargin,
    double rewardsAccuracy,
    double logpsChosen,
    double logpsRejected,
    double gradientNorm,
    double learningRate) {

  /** Checks that nothing is missing. */
  public UpdateMetrics {
    Objects.requireNonNull(role, "role");
  }
}
