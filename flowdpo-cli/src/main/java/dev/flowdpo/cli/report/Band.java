package dev.flowdpo.cli.report;

import java.util.Arrays;

/** What a band around the mean of several runs shows. */
public enum Band {
  /** From the lowest run to the highest. */
  RANGE,
  /** The 95 % confidence interval of the mean by Student's t. */
  CONFIDENCE_95,
  /** One standard deviation to either side. */
  STANDARD_DEVIATION;

  /** Returns the mean of the values with the band's edges. */
  Estimate around(double[] values) {
    Estimate t = Estimate.ofSample(values);
    double mean = t.value();
    return switch (this) {
      case CONFIDENCE_95 -> t;
      case RANGE ->
          new Estimate(
              mean,
              Math.min(mean, Arrays.stream(values).min().orElse(mean)),
              Math.max(mean, Arrays.stream(values).max().orElse(mean)));
      case STANDARD_DEVIATION -> {
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
        yield new Estimate(mean, mean - deviation, mean + deviation);
      }
    };
  }
}
