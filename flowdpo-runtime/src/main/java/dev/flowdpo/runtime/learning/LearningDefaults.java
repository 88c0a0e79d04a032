package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import java.util.Locale;

/**
 * The learning settings that fit a model, where an application sets none. Immutable and
 * thread-safe.
 *
 * <p>Two sizes are known: {@value #SMALL} parameters, where what was measured on SmolLM2-135M
 * lifted it steadily, and {@value #LARGE}, the paper's (arXiv 2410.22304, section 4). Between them
 * every value follows the logarithm of the number of parameters: t = ln(n / 135 M) / ln(8 B / 135
 * M), held in [0, 1]. What scales (rates, counts, sizes, β) is small^(1 − t) · large^t, a count
 * rounded; what may be 0 (dropout, the weight of the likelihood) is (1 − t) · small + t · large.
 * Below and above the two sizes their own values hold.
 *
 * @param fits what the settings were made for, for people
 * @param learner the numbers of a learner
 * @param beta β of the implicit reward
 * @param chosenNll weight of the chosen completions' likelihood, at least 0
 * @param chunkSize the most tokens of a chunk while learning, where the model's files say nothing
 * @param maxChunks the most chunks while learning, where the model's files say nothing
 */
public record LearningDefaults(
    String fits,
    LearnerOptions learner,
    double beta,
    double chosenNll,
    int chunkSize,
    int maxChunks) {
  private static final double SMALL = 135e6;
  private static final double LARGE = 8e9;

  /** Returns the settings that fit a model of this shape. */
  public static LearningDefaults of(ModelConfig config) {
    return of(ModelTensor.of(config).stream().mapToLong(ModelTensor::elements).sum());
  }

  /**
   * Returns the settings that fit a model of this size.
   *
   * @param parameters at least 1
   */
  public static LearningDefaults of(long parameters) {
    double t = Math.max(0, Math.min(1, Math.log(parameters / SMALL) / Math.log(LARGE / SMALL)));
    LearnerOptions paper = LearnerOptions.paper();
    LearnerOptions learner =
        paper.toBuilder()
            .rates(
                rates ->
                    rates
                        .answer(between(3e-4, paper.rates().answer(), t))
                        .stop(between(5e-4, paper.rates().stop(), t)))
            .lora(lora -> lora.dropout(t * paper.lora().dropout()))
            .updates(
                updates ->
                    updates
                        .pairsPerAnswerUpdate(count(4, paper.updates().pairsPerAnswerUpdate(), t))
                        .pairsPerStopUpdate(count(8, paper.updates().pairsPerStopUpdate(), t)))
            .rollouts(
                rollouts ->
                    rollouts
                        .problemsPerGroup(count(16, paper.rollouts().problemsPerGroup(), t))
                        .rolloutsPerNode(count(3, paper.rollouts().rolloutsPerNode(), t)))
            .build();
    FlowOptions flow = FlowOptions.defaults();
    return new LearningDefaults(
        String.format(
            Locale.ROOT,
            "a model of %d parameters, %.2f of the way from 135 million to the paper's 8 billion",
            parameters,
            t),
        learner,
        between(0.3, 1, t),
        (1 - t) * 0.1,
        count(40, flow.chunkSize(), t),
        count(2, flow.maxChunks(), t));
  }

  /** Returns settings that were measured for one model, whose files state the sizes of chunks. */
  public static LearningDefaults measured(String model, LearnerOptions learner) {
    FlowOptions flow = FlowOptions.defaults();
    return new LearningDefaults(model, learner, 1, 0, flow.chunkSize(), flow.maxChunks());
  }

  /** Returns what is minimised: DPO, with the likelihood of the chosen where that has a weight. */
  public DpoObjective objective() {
    DpoObjective pairs = DpoObjective.sigmoid(beta);
    return chosenNll > 0 ? pairs.withChosenNll(chosenNll) : pairs;
  }

  /** Returns exactly the ends at 0 and 1, so that they are the values that were stated. */
  private static double between(double small, double large, double t) {
    return t == 0 ? small : t == 1 ? large : small * Math.pow(large / small, t);
  }

  private static int count(int small, int large, double t) {
    return (int) Math.round(between(small, large, t));
  }
}
