package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sampler's log-probabilities beside the learner's of the same tokens. */
class SamplerDifferenceTest {
  private static final LogProbabilitySums SUMS = new LogProbabilitySums(-3, -8, 0, 0, 2, 4);

  private static PreferencePair pair(LogProbabilities chosen, LogProbabilities rejected) {
    return new PreferencePair(
        AdapterRole.ANSWER,
        TokenIds.of(1),
        new RewardedCompletion(TokenIds.of(2, 3), 1, chosen),
        new RewardedCompletion(TokenIds.of(4, 5, 6, 7), 0, rejected),
        "p",
        0);
  }

  @Test
  void chunksAreComparedWholeAndWeighedByTheirTokens() {
    List<PreferencePair> both =
        List.of(pair(LogProbabilities.ofSum(-2.5), LogProbabilities.ofSum(-10)));
    assertThat(SamplerDifference.of(both, List.of(SUMS), false).orElseThrow())
        .isCloseTo((0.5 + 2) / 6, within(1e-12));
    assertThat(SamplerDifference.of(both, List.of(SUMS), true)).hasValue(0.25);
    List<PreferencePair> one =
        List.of(pair(LogProbabilities.unknown(), LogProbabilities.ofSum(-9)));
    assertThat(SamplerDifference.of(one, List.of(SUMS), false)).hasValue(0.25);
    List<PreferencePair> none =
        List.of(pair(LogProbabilities.unknown(), LogProbabilities.unknown()));
    assertThat(SamplerDifference.of(none, List.of(SUMS), false)).isEmpty();
  }

  /**
   * Before the first step, without dropout, both passes compute the same but for rounding; with
   * each later step of the group the learner is further from what has sampled.
   */
  @Test
  void theEnginesTwoPassesAgreeUntilTheLearnerMoves() {
    LearnerOptions options =
        BundledModel.learnerOptions().toBuilder()
            .lora(lora -> lora.dropout(0))
            .rollouts(rollouts -> rollouts.problemsPerGroup(16))
            .updates(updates -> updates.pairsPerAnswerUpdate(4).pairsPerStopUpdate(4))
            .rates(rates -> rates.answer(1e-3).warmupUpdates(0))
            .seed(5)
            .build();
    List<UpdateMetrics> answers = new ArrayList<>();
    List<UpdateMetrics> stops = new ArrayList<>();
    LearningListener listener =
        new LearningListener() {
          @Override
          public void onUpdate(UpdateMetrics metrics) {
            (metrics.role() == AdapterRole.ANSWER ? answers : stops).add(metrics);
          }
        };
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(options)
                .listener(listener)
                .build()) {
      learner.learn(BundledProblems.learning(51, 16));
    }
    assertThat(answers).hasSizeGreaterThan(1);
    assertThat(answers.get(0).samplerDifference().orElseThrow()).isBetween(0.0, 1e-5);
    assertThat(answers.get(answers.size() - 1).samplerDifference().orElseThrow())
        .isGreaterThan(1e-3);
    assertThat(stops).allSatisfy(stop -> assertThat(stop.samplerDifference()).isEmpty());
  }
}
