package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import dev.flowdpo.learning.Schedule;
import java.util.Objects;

/**
 * A learning rate that rises in equal steps over its warm-up, and then goes on as a {@link
 * Schedule} says, down to a share of its peak. Immutable and thread-safe.
 *
 * @param peak the highest rate
 * @param warmupSteps the number of steps of the rise; 0 for none
 * @param schedule how it goes on
 * @param finalShare the share of the peak below which the rate does not fall
 */
public record LearningRateSchedule(
    double peak, int warmupSteps, Schedule schedule, double finalShare) {

  /** Checks the numbers. */
  public LearningRateSchedule {
    Preconditions.checkArgument(peak > 0, "The learning rate must be positive, found %s", peak);
    Preconditions.checkArgument(warmupSteps >= 0, "Negative warm-up: %s", warmupSteps);
    Objects.requireNonNull(schedule, "schedule");
    Preconditions.checkArgument(
        finalShare >= 0 && finalShare <= 1, "Shares lie in [0, 1], found %s", finalShare);
  }

  /** Returns a rate that may fall to 0. */
  public LearningRateSchedule(double peak, int warmupSteps, Schedule schedule) {
    this(peak, warmupSteps, schedule, 0);
  }

  /**
   * Returns how much is left at a step of the way between two others, from 1 to 0.
   *
   * @param step from 0
   * @param begin the last step with the whole way before it
   * @param end the first step with nothing left
   */
  public static double left(long step, double begin, double end) {
    return step <= begin ? 1 : Math.max(0, (end - step) / (end - begin));
  }

  /**
   * Returns the rate of a step.
   *
   * @param step from 0
   * @param left how much of the schedule's way is left, from 1 to 0
   */
  public double at(long step, double left) {
    double warmup = warmupSteps == 0 ? 1 : Math.min(1, (step + 1.0) / warmupSteps);
    return peak * warmup * Math.max(finalShare, schedule.factor(left));
  }
}
