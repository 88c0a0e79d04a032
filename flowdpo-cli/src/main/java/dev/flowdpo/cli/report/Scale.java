package dev.flowdpo.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where the numbers of an axis stand, and where its ticks are: at 1, 2 or 5 times a power of ten,
 * on a logarithmic axis at powers of 2 or 10. Immutable and thread-safe.
 *
 * @param from the number at the axis' beginning
 * @param to the number at its end, above {@code from}
 * @param logarithmic whether equal steps are equal factors
 * @param ticks the numbers that are written, ascending, none outside the axis
 * @param tickFormat how they are written: with the decimals that their distance needs
 */
record Scale(
    double from, double to, boolean logarithmic, List<Double> ticks, ValueFormat tickFormat) {
  private static final int MOST_TICKS = 7;
  private static final double POWERS_OF_TWO_UP_TO = 5000;

  /**
   * Returns the scale of an axis for data in a range.
   *
   * @param wholeTicks whether an end that the axis does not fix moves out to the next tick
   */
  static Scale of(Axis axis, double dataFrom, double dataTo, boolean wholeTicks) {
    double from = axis.minimum().orElse(dataFrom);
    double to = axis.maximum().orElse(dataTo);
    if (axis.logarithmic()) {
      return logarithmic(axis, Math.max(from, Double.MIN_NORMAL), to);
    }
    if (!(from < to)) {
      double half = from == 0 ? 1 : Math.abs(from) / 10;
      from = axis.minimum().isPresent() ? from : from - half;
      to = from + 2 * half;
    }
    double unit = axis.format().kind() == ValueFormat.Kind.NUMBER ? 1 : 0.01;
    double step = step((to - from) / unit, axis.format().decimals()) * unit;
    if (wholeTicks) {
      from = axis.minimum().isPresent() ? from : Math.floor(from / step + 1e-9) * step;
      to = axis.maximum().isPresent() ? to : Math.ceil(to / step - 1e-9) * step;
    }
    List<Double> ticks = new ArrayList<>();
    double slack = step * 1e-6;
    for (long i = (long) Math.ceil((from - slack) / step); i * step <= to + slack; i++) {
      ticks.add(Math.min(to, Math.max(from, i * step)));
    }
    int decimals = (int) Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
    return new Scale(
        from, to, false, ticks, new ValueFormat(axis.format().kind(), Math.min(9, decimals)));
  }

  private static Scale logarithmic(Axis axis, double dataFrom, double dataTo) {
    double from = dataFrom < dataTo ? dataFrom : dataFrom / 2;
    double to = dataFrom < dataTo ? dataTo : dataFrom * 2;
    double base = to / from <= POWERS_OF_TWO_UP_TO ? 2 : 10;
    int first = (int) Math.ceil(Math.log(from) / Math.log(base) - 1e-9);
    int last = (int) Math.floor(Math.log(to) / Math.log(base) + 1e-9);
    int step = Math.max(1, (last - first + MOST_TICKS) / MOST_TICKS);
    List<Double> ticks = new ArrayList<>();
    for (int power = first; power <= last; power += step) {
      ticks.add(Math.min(to, Math.max(from, Math.pow(base, power))));
    }
    int decimals = first < 0 ? Math.min(9, base == 2 ? -first : -first) : 0;
    return new Scale(from, to, true, ticks, new ValueFormat(axis.format().kind(), decimals));
  }

  /** Returns the least step of 1, 2 or 5 times a power of ten that gives few enough ticks. */
  private static double step(double span, int decimals) {
    double least = decimals == 0 ? 1 : 0;
    double power = Math.pow(10, Math.floor(Math.log10(span / MOST_TICKS)));
    for (double factor : new double[] {1, 2, 5, 10, 20}) {
      if (factor * power >= least && span / (factor * power) <= MOST_TICKS) {
        return factor * power;
      }
    }
    return least;
  }

  /** Returns where a number stands: 0 at the beginning, 1 at the end, never outside. */
  double position(double value) {
    double share =
        logarithmic
            ? Math.log(Math.max(value, from) / from) / Math.log(to / from)
            : (value - from) / (to - from);
    return Math.min(1, Math.max(0, share));
  }

  /** Returns a position as a percentage for a style sheet. */
  String percent(double value) {
    return String.format(Locale.ROOT, "%.3f%%", 100 * position(value));
  }
}
