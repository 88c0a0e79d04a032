package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;

/**
 * A value with the interval it is known to lie in. Immutable and thread-safe.
 *
 * @param value the value, usually a mean over seeds
 * @param low the interval's lower end, at most {@code value}
 * @param high the interval's upper end, at least {@code value}
 */
public record Estimate(double value, double low, double high) {

  /**
   * Checks the order.
   *
   * @throws InvalidInputException if one of them is not finite or they are not in order
   */
  public Estimate {
    if (!(low <= value && value <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw new InvalidInputException(
          "Estimate: expected finite numbers with low ≤ value ≤ high, found %s, %s, %s."
              .formatted(low, value, high));
    }
  }

  /**
   * Returns a value that is known exactly.
   *
   * @param value the value
   * @return an interval of no width
   */
  public static Estimate exact(double value) {
    return new Estimate(value, value, value);
  }

  /**
   * Returns the mean of a sample with its 95 % confidence interval by Student's t, for figures of a
   * few seeds.
   *
   * @param sample the figures, at least one; equal ones give an interval of no width
   * @return mean ± t · s / √n
   * @throws InvalidInputException if the sample is empty or holds a value that is not finite
   */
  public static Estimate ofSample(double... sample) {
    if (sample.length == 0 || !Arrays.stream(sample).allMatch(Double::isFinite)) {
      throw new InvalidInputException(
          "sample: expected at least one finite number, found " + Arrays.toString(sample) + ".");
    }
    if (Arrays.stream(sample).allMatch(v -> v == sample[0])) {
      return exact(sample[0]); // the sum could differ in the last digit
    }
    double mean = Arrays.stream(sample).sum() / sample.length;
    double squares = Arrays.stream(sample).map(v -> (v - mean) * (v - mean)).sum();
    double error = Math.sqrt(squares / (sample.length - 1) / sample.length);
    double half = StudentT.quantile975(sample.length - 1) * error;
    return new Estimate(mean, mean - half, mean + half);
  }

  /**
   * Returns a share with its 95 % confidence interval by Wilson's score, for figures of one run
   * over many problems.
   *
   * @param successes how many succeeded, from 0 to {@code trials}
   * @param trials how many were tried, at least 1
   * @return successes / trials with its interval, which lies in [0, 1]
   * @throws InvalidInputException if the counts are out of range
   */
  public static Estimate ofShare(int successes, int trials) {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new InvalidInputException(
          "share: expected 0 ≤ successes ≤ trials with at least 1 trial, found %d of %d."
              .formatted(successes, trials));
    }
    double z = StudentT.NORMAL_975;
    double share = (double) successes / trials;
    double denominator = 1 + z * z / trials;
    double centre = (share + z * z / (2 * trials)) / denominator;
    double half =
        z * Math.sqrt(share * (1 - share) / trials + z * z / (4.0 * trials * trials)) / denominator;
    return new Estimate(
        share,
        Math.max(0, Math.min(share, centre - half)),
        Math.min(1, Math.max(share, centre + half)));
  }

  /**
   * Says whether there is an interval to show.
   *
   * @return false for an exact value
   */
  public boolean hasInterval() {
    return low < high;
  }

  /** Returns the interval in brackets: {@code [68.0, 74.2]}. */
  String interval(ValueFormat format) {
    return "[" + format.bare(low) + ", " + format.bare(high) + "]";
  }
}
