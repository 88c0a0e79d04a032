package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.DpoObjective;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The rule that makes a learner's settings of a model's size. */
class LearningDefaultsTest {
  @Test
  void aModelOfThePapersSizeGetsThePapersValues() {
    for (long parameters : new long[] {8_000_000_000L, 14_000_000_000L}) {
      LearningDefaults defaults = LearningDefaults.of(parameters);
      assertThat(defaults.learner()).isEqualTo(LearnerOptions.paper());
      assertThat(defaults.objective()).isEqualTo(DpoObjective.paper());
      assertThat(defaults.chunkSize()).isEqualTo(160);
      assertThat(defaults.maxChunks()).isEqualTo(6);
    }
  }

  @Test
  void aModelOf135MillionGetsWhatLiftedOne() {
    LearningDefaults defaults = LearningDefaults.of(134_515_008);
    LearnerOptions learner = defaults.learner();
    assertThat(learner.rates().answer()).isEqualTo(3e-4);
    assertThat(learner.rates().stop()).isEqualTo(5e-4);
    assertThat(learner.lora().rank()).isEqualTo(8);
    assertThat(learner.lora().dropout()).isZero();
    assertThat(learner.rollouts().problemsPerGroup()).isEqualTo(16);
    assertThat(learner.rollouts().rolloutsPerNode()).isEqualTo(3);
    assertThat(learner.updates().pairsPerAnswerUpdate()).isEqualTo(4);
    assertThat(learner.updates().pairsPerStopUpdate()).isEqualTo(8);
    assertThat(defaults.objective()).isEqualTo(DpoObjective.sigmoid(0.3).withChosenNll(0.1));
    assertThat(defaults.chunkSize()).isEqualTo(40);
    assertThat(defaults.maxChunks()).isEqualTo(2);
    assertThat(defaults.fits()).contains("134515008", "135 million", "8 billion");
  }

  @Property
  void aLargerModelLearnsInSmallerSteps(
      @ForAll @LongRange(min = 1, max = 20_000_000_000L) long size,
      @ForAll @LongRange(min = 0, max = 20_000_000_000L) long more) {
    LearningDefaults small = LearningDefaults.of(size);
    LearningDefaults large = LearningDefaults.of(size + more);

    assertThat(large.learner().rates().answer())
        .isLessThanOrEqualTo(small.learner().rates().answer())
        .isBetween(5e-6, 3e-4);
    assertThat(large.learner().updates().pairsPerAnswerUpdate())
        .isGreaterThanOrEqualTo(small.learner().updates().pairsPerAnswerUpdate())
        .isBetween(4, 32);
    assertThat(large.beta()).isGreaterThanOrEqualTo(small.beta()).isBetween(0.3, 1.0);
    assertThat(large.chosenNll()).isLessThanOrEqualTo(small.chosenNll()).isBetween(0.0, 0.1);
    assertThat(large.chunkSize()).isGreaterThanOrEqualTo(small.chunkSize()).isBetween(40, 160);
  }
}
