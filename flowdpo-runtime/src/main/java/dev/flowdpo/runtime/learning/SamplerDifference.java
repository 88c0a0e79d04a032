package dev.flowdpo.runtime.learning;

import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How far a learner's log-probabilities of sampled chunks are from the sampler's. Both are sums
 * over the same tokens of log π at temperature 1, without top-k and top-p and without the rule that
 * an answer which goes on does not begin with its end; so whole chunks are compared. For one
 * thread.
 */
final class SamplerDifference {
  private double difference;
  private long tokens;

  private SamplerDifference() {}

  /**
   * Returns the mean over the tokens of all chunks whose log-probability is known.
   *
   * @param sums what the learner's pass found, one a pair
   * @param chosenOnly whether it read nothing of the rejected side
   */
  static OptionalDouble of(
      List<PreferencePair> pairs, List<LogProbabilitySums> sums, boolean chosenOnly) {
    SamplerDifference all = new SamplerDifference();
    for (int i = 0; i < pairs.size(); i++) {
      PreferencePair pair = pairs.get(i);
      LogProbabilitySums found = sums.get(i);
      all.add(pair.chosen(), found.policyChosen());
      if (!chosenOnly) {
        all.add(pair.rejected(), found.policyRejected());
      }
    }
    return all.tokens == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(all.difference / all.tokens);
  }

  private void add(RewardedCompletion sampled, double learner) {
    OptionalDouble sampler = sampled.sampled().sum();
    if (sampler.isPresent()) {
      difference += Math.abs(learner - sampler.getAsDouble());
      tokens += sampled.tokens().length();
    }
  }
}
