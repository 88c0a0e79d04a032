package dev.flowdpo.runtime.inference;

import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.StopDecision;

/**
 * From which probability of "finished" an answer is stopped. Immutable.
 *
 * @param threshold the probability
 * @param undecidedMargin nearer to it than this the end of the text decides
 */
public record StopLimit(double threshold, double undecidedMargin) {
  /** Returns the limit that options name. */
  public static StopLimit of(ModelOptions options) {
    return new StopLimit(options.stopThreshold(), options.undecidedMargin());
  }

  /**
   * Decides.
   *
   * @param probability the judge's probability of "finished"
   * @param ended whether the policy ended its text
   */
  StopDecision decide(double probability, boolean ended) {
    boolean undecided = Math.abs(probability - threshold) < undecidedMargin;
    return new StopDecision(undecided ? ended : probability >= threshold, probability);
  }
}
