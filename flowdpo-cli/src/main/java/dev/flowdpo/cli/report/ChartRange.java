package dev.flowdpo.cli.report;

import java.util.stream.DoubleStream;

/** The scales that hold all of a chart. Stateless. */
final class ChartRange {
  private ChartRange() {}

  static Scale x(LineChart chart) {
    DoubleStream.Builder places = DoubleStream.builder();
    chart.series().forEach(series -> series.x().forEach(places::add));
    return scale(chart.x(), places.build().toArray(), false);
  }

  static Scale y(LineChart chart) {
    DoubleStream.Builder heights = DoubleStream.builder();
    chart.levels().values().forEach(heights::add);
    for (Series series : chart.series()) {
      series.mean().forEach(heights::add);
      series.low().forEach(heights::add);
      series.high().forEach(heights::add);
    }
    return scale(chart.y(), heights.build().toArray(), true);
  }

  /** Bars begin at 0, so that their lengths can be compared. */
  static Scale values(BarChart chart) {
    DoubleStream.Builder ends = DoubleStream.builder();
    ends.add(chart.values().logarithmic() ? Double.MAX_VALUE : 0);
    for (BarChart.Group group : chart.groups()) {
      group.bars().forEach(bar -> ends.add(bar.low()).add(bar.high()));
    }
    double[] all = ends.build().filter(v -> v < Double.MAX_VALUE).toArray();
    return scale(chart.values(), all, true);
  }

  private static Scale scale(Axis axis, double[] values, boolean wholeTicks) {
    double from = DoubleStream.of(values).min().orElse(0);
    double to = DoubleStream.of(values).max().orElse(1);
    return Scale.of(axis, from, to, wholeTicks);
  }
}
