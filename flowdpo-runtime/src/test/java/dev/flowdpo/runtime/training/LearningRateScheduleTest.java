package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.learning.Schedule;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class LearningRateScheduleTest {
  @Example
  void constantRateRisesOverTheWarmUp() {
    LearningRateSchedule schedule = new LearningRateSchedule(2, 4, Schedule.CONSTANT);
    assertRates(schedule, 0, 6, 0.5, 1, 1.5, 2, 2, 2);
    assertThat(schedule.at(1_000_000_000_000L, 0)).isEqualTo(2);
    assertRates(new LearningRateSchedule(3, 0, Schedule.CONSTANT), 0, 3, 3, 3, 3);
  }

  @Example
  void linearRateFallsToZero() {
    assertRates(new LearningRateSchedule(4, 0, Schedule.LINEAR), 0, 4, 4, 3, 2, 1, 0, 0, 0);
    assertRates(new LearningRateSchedule(4, 2, Schedule.LINEAR), 0, 4, 2, 3, 2, 1, 0, 0);
  }

  @Example
  void cosineFallsSlowlyThenFastThenSlowly() {
    double half = Math.sqrt(0.5);
    assertRates(
        new LearningRateSchedule(2, 0, Schedule.COSINE), 0, 4, 2, 1 + half, 1, 1 - half, 0, 0);
  }

  @Example
  void fallTakesTheLastShareOfTheSteps() {
    assertRates(
        new LearningRateSchedule(4, 0, Schedule.LINEAR, 0.25), 4, 8, 4, 4, 4, 4, 4, 3, 2, 1, 1, 1);
  }

  private static void assertRates(
      LearningRateSchedule schedule, int begin, int end, double... rates) {
    for (int step = 0; step < rates.length; step++) {
      assertThat(schedule.at(step, LearningRateSchedule.left(step, begin, end)))
          .as("step %s", step)
          .isCloseTo(rates[step], within(1e-12));
    }
  }

  @Property
  void rateStaysBetweenItsBoundsAndNeverRisesAfterTheWarmUp(
      @ForAll @DoubleRange(min = 0.01, max = 10) double peak,
      @ForAll @IntRange(max = 30) int warmup,
      @ForAll @IntRange(min = 1, max = 60) int total,
      @ForAll Schedule shape,
      @ForAll @DoubleRange(max = 1) double fallShare,
      @ForAll @DoubleRange(max = 1) double finalShare) {
    LearningRateSchedule schedule = new LearningRateSchedule(peak, warmup, shape, finalShare);
    double before = Double.POSITIVE_INFINITY;
    for (int step = 0; step < total + 40; step++) {
      double left = LearningRateSchedule.left(step, total * (1 - fallShare), total);
      double rate = schedule.at(step, left);
      assertThat(rate).isBetween(0.0, peak);
      if (step >= warmup) {
        assertThat(rate).isBetween(finalShare * peak * (1 - 1e-12), before);
        before = rate;
      }
    }
  }

  @Example
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new LearningRateSchedule(0, 1, Schedule.CONSTANT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0");
    assertThatThrownBy(() -> new LearningRateSchedule(Double.NaN, 1, Schedule.CONSTANT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LearningRateSchedule(1, -1, Schedule.CONSTANT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LearningRateSchedule(1, 0, Schedule.LINEAR, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.5");
  }
}
