package dev.flowdpo.examples.report;

import java.nio.file.Path;

/** Draws charts as PNG, for plots outside the page. Stateless. */
final class ChartPicture {
  private ChartPicture() {}

  static void write(LineChart chart, Path file) {
    throw new UnsupportedOperationException(chart.title() + file);
  }

  static void write(BarChart chart, Path file) {
    throw new UnsupportedOperationException(chart.title() + file);
  }
}
