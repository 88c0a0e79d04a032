package dev.flowdpo.policy;

import dev.flowdpo.error.Require;

/**
 * What a judge says of a partial answer. Immutable and thread-safe.
 *
 * @param stop true where the answer is finished, false where it goes on
 * @param stopProbability the judge's probability of "finished", in [0, 1]; it need not lie on the
 *     side of the decision, since a rollout may flip a decision and keep the probability
 */
public record StopDecision(boolean stop, double stopProbability) {

  /** Checks the probability; one that is not in [0, 1] is refused. */
  public StopDecision {
    Require.within(0, 1, "stopProbability", stopProbability);
  }

  /** {@return the opposite decision with the same probability} */
  public StopDecision flipped() {
    return new StopDecision(!stop, stopProbability);
  }
}
