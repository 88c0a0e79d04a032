package dev.flowdpo.cli.report;

import com.google.common.primitives.ImmutableDoubleArray;

/** Keeps as many points of a curve as a screen can show. Stateless. */
final class Thinning {
  private static final int MOST = 300;

  private Thinning() {}

  /** Returns the curve at evenly spaced places, its first and last among them. */
  static Series of(Series series) {
    return of(series, MOST);
  }

  static Series of(Series series, int most) {
    int n = series.x().length();
    if (n <= most) {
      return series;
    }
    return new Series(
        series.label(),
        pick(series.x(), n, most),
        pick(series.mean(), n, most),
        pick(series.low(), n, most),
        pick(series.high(), n, most));
  }

  private static ImmutableDoubleArray pick(ImmutableDoubleArray values, int n, int most) {
    if (values.isEmpty()) {
      return values;
    }
    ImmutableDoubleArray.Builder kept = ImmutableDoubleArray.builder(most);
    for (long i = 0; i < most; i++) {
      kept.add(values.get((int) (i * (n - 1) / (most - 1))));
    }
    return kept.build();
  }
}
