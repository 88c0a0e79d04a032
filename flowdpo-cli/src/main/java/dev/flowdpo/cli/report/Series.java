package dev.flowdpo.cli.report;

import com.google.common.primitives.ImmutableDoubleArray;
import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import java.util.Objects;

/**
 * A curve, with a band around it where several seeds gave it. Immutable and thread-safe.
 *
 * @param label its name in the legend
 * @param x where it is known, ascending
 * @param mean its height at each {@code x}
 * @param low lower edge of the band at each {@code x}; empty where there is no band
 * @param high upper edge of the band at each {@code x}; empty where there is no band
 */
public record Series(
    String label,
    ImmutableDoubleArray x,
    ImmutableDoubleArray mean,
    ImmutableDoubleArray low,
    ImmutableDoubleArray high) {

  /**
   * Checks the lengths and the order of {@code x}.
   *
   * @throws InvalidInputException if they do not fit together or a number is not finite
   */
  public Series {
    Objects.requireNonNull(label, "label");
    int n = x.length();
    if (n == 0 || mean.length() != n || low.length() != high.length()) {
      throw refuse(label, "as many values as places, at least one", n + " and " + mean.length());
    }
    if (!low.isEmpty() && low.length() != n) {
      throw refuse(label, "a band of " + n + " values", Integer.toString(low.length()));
    }
    for (int i = 0; i < n; i++) {
      if (!Double.isFinite(x.get(i)) || !Double.isFinite(mean.get(i))) {
        throw refuse(label, "finite numbers", x.get(i) + " ↦ " + mean.get(i));
      }
      if (i > 0 && x.get(i) < x.get(i - 1)) {
        throw refuse(label, "ascending places", x.get(i - 1) + " before " + x.get(i));
      }
      if (!low.isEmpty() && !(low.get(i) <= mean.get(i) && mean.get(i) <= high.get(i))) {
        throw refuse(
            label,
            "a band around the mean at " + x.get(i),
            "%s, %s, %s".formatted(low.get(i), mean.get(i), high.get(i)));
      }
    }
  }

  /**
   * Returns a single curve.
   *
   * @param label its name
   * @param x places, ascending
   * @param y heights
   * @return a curve without a band
   * @throws InvalidInputException if the lengths differ
   */
  public static Series line(String label, double[] x, double[] y) {
    ImmutableDoubleArray none = ImmutableDoubleArray.of();
    return new Series(
        label, ImmutableDoubleArray.copyOf(x), ImmutableDoubleArray.copyOf(y), none, none);
  }

  /**
   * Returns the mean of several runs with a band around it.
   *
   * @param label its name
   * @param x places, ascending
   * @param runs the heights of each run at all places, one array a seed; a single run gives no band
   * @param band what the band shows
   * @return a curve with a band
   * @throws InvalidInputException if there are no runs or the lengths differ
   */
  public static Series over(String label, double[] x, List<double[]> runs, Band band) {
    if (runs.isEmpty()) {
      throw refuse(label, "at least one run", "none");
    }
    ImmutableDoubleArray.Builder mean = ImmutableDoubleArray.builder(x.length);
    ImmutableDoubleArray.Builder low = ImmutableDoubleArray.builder(x.length);
    ImmutableDoubleArray.Builder high = ImmutableDoubleArray.builder(x.length);
    for (double[] run : runs) {
      if (run.length != x.length) {
        throw refuse(label, "runs of " + x.length + " values", Integer.toString(run.length));
      }
    }
    for (int i = 0; i < x.length; i++) {
      int place = i;
      double[] values = runs.stream().mapToDouble(run -> run[place]).toArray();
      Estimate estimate = band.around(values);
      mean.add(estimate.value());
      low.add(estimate.low());
      high.add(estimate.high());
    }
    boolean single = runs.size() == 1;
    ImmutableDoubleArray none = ImmutableDoubleArray.of();
    return new Series(
        label,
        ImmutableDoubleArray.copyOf(x),
        mean.build(),
        single ? none : low.build(),
        single ? none : high.build());
  }

  /**
   * Says whether there is a band.
   *
   * @return true where {@code low} and {@code high} hold values
   */
  public boolean hasBand() {
    return !low.isEmpty();
  }

  private static InvalidInputException refuse(String label, String expected, String found) {
    return new InvalidInputException(
        "Series \"%s\": expected %s, found %s.".formatted(label, expected, found));
  }
}
