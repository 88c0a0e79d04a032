package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class LearningRateScheduleTest {
  @Example
  void constantRateRisesOverTheWarmUp() {
    LearningRateSchedule schedule = LearningRateSchedule.constant(2, 4);
    assertRates(schedule, 0.5, 1, 1.5, 2, 2, 2);
    assertThat(schedule.at(1_000_000_000_000L)).isEqualTo(2);
    assertRates(LearningRateSchedule.constant(3, 0), 3, 3, 3);
  }

  @Example
  void linearRateFallsToZero() {
    assertRates(LearningRateSchedule.linear(4, 0, 4), 4, 3, 2, 1, 0, 0, 0);
    assertRates(LearningRateSchedule.linear(4, 2, 4), 2, 3, 2, 1, 0, 0);
  }

  @Example
  void fallTakesTheLastShareOfTheSteps() {
    assertRates(new LearningRateSchedule(4, 0, 8, 0.5, 0.25), 4, 4, 4, 4, 4, 3, 2, 1, 1, 1);
  }

  private static void assertRates(LearningRateSchedule schedule, double... rates) {
    for (int step = 0; step < rates.length; step++) {
      assertThat(schedule.at(step)).as("step %s", step).isCloseTo(rates[step], within(1e-12));
    }
  }

  @Property
  void rateStaysBetweenItsBoundsAndNeverRisesAfterTheWarmUp(
      @ForAll @DoubleRange(min = 0.01, max = 10) double peak,
      @ForAll @IntRange(max = 30) int warmup,
      @ForAll @IntRange(min = 1, max = 60) int total,
      @ForAll @DoubleRange(max = 1) double decayShare,
      @ForAll @DoubleRange(max = 1) double finalShare) {
    LearningRateSchedule schedule =
        new LearningRateSchedule(peak, warmup, total, decayShare, finalShare);
    double before = Double.POSITIVE_INFINITY;
    for (int step = 0; step < total + 40; step++) {
      double rate = schedule.at(step);
      assertThat(rate).isBetween(0.0, peak);
      if (step >= warmup) {
        assertThat(rate).isBetween(finalShare * peak * (1 - 1e-12), before);
        before = rate;
      }
    }
  }

  @Example
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> LearningRateSchedule.constant(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0");
    assertThatThrownBy(() -> LearningRateSchedule.constant(Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LearningRateSchedule.constant(1, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LearningRateSchedule.linear(1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LearningRateSchedule(1, 0, 1, 1.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.5");
  }
}
