package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;

/**
 * A learning rate that rises in equal steps over the warm-up, then stays, and over the last part
 * falls in equal steps to a final share of the peak. Immutable and thread-safe.
 *
 * @param peak the highest rate
 * @param warmupSteps the number of steps of the rise; 0 for none
 * @param totalSteps the number of all steps
 * @param decayShare the share of all steps at the end over which the rate falls: 0 for a constant
 *     rate, 1 for a linear fall from the start
 * @param finalShare the rate at the end as a share of the peak
 */
public record LearningRateSchedule(
    double peak, int warmupSteps, int totalSteps, double decayShare, double finalShare) {

  /** Checks the numbers. */
  public LearningRateSchedule {
    Preconditions.checkArgument(peak > 0, "The learning rate must be positive, found %s", peak);
    Preconditions.checkArgument(warmupSteps >= 0, "Negative warm-up: %s", warmupSteps);
    Preconditions.checkArgument(totalSteps >= 1, "No steps: %s", totalSteps);
    Preconditions.checkArgument(
        decayShare >= 0 && decayShare <= 1 && finalShare >= 0 && finalShare <= 1,
        "Shares lie in [0, 1], found %s and %s",
        decayShare,
        finalShare);
  }

  /** Returns a rate that stays the same after the warm-up. */
  public static LearningRateSchedule constant(double peak, int warmupSteps) {
    return new LearningRateSchedule(peak, warmupSteps, Integer.MAX_VALUE, 0, 1);
  }

  /** Returns a rate that falls to 0 from the start. */
  public static LearningRateSchedule linear(double peak, int warmupSteps, int totalSteps) {
    return new LearningRateSchedule(peak, warmupSteps, totalSteps, 1, 0);
  }

  /** Returns the rate of a step; the first step is 0. */
  public double at(long step) {
    double warmup = warmupSteps == 0 ? 1 : Math.min(1, (step + 1.0) / warmupSteps);
    double decayBegin = totalSteps * (1 - decayShare);
    if (decayShare == 0 || step <= decayBegin) {
      return peak * warmup;
    }
    double left = Math.max(0, (totalSteps - (double) step) / (totalSteps - decayBegin));
    return peak * warmup * Math.max(finalShare, left);
  }
}
