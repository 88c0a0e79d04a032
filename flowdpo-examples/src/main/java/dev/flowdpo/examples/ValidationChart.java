package dev.flowdpo.examples;

import dev.flowdpo.learning.ProgressiveValidation;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the progressive validation of a run beside its held-out accuracy. Stateless. */
final class ValidationChart {
  private static final int WINDOW = 100;
  private static final Color BLUE = new Color(0x1F77B4);
  private static final Color LIGHT_BLUE = new Color(0xA6C8E4);
  private static final Color GRAY = new Color(0x888888);
  private static final Color GREEN = new Color(0x2CA02C);

  private ValidationChart() {}

  /** Writes the PNG; without a display, which it does not need. */
  static void write(Path file, ProgressiveValidation validation, LearningResult result)
      throws IOException {
    System.setProperty("java.awt.headless", "true");
    int count = validation.count();
    XYChart chart =
        new XYChartBuilder()
            .width(960)
            .height(540)
            .title("Progressive validation over " + count + " problems")
            .xAxisTitle("problems learned from")
            .yAxisTitle("accuracy")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0).setXAxisMin(0.0);
    chart.getStyler().setXAxisTickMarkSpacingHint(120).setXAxisDecimalPattern("#");
    chart.getStyler().setYAxisDecimalPattern("0.0");
    line(chart, "last " + WINDOW, moving(validation.outcomes()), LIGHT_BLUE);
    line(chart, "Acc(n)", validation.curve().toArray(), BLUE);
    level(chart, "held-out before", result.heldOutBefore(), count, GRAY);
    level(chart, "held-out after", result.heldOutAfter(), count, GREEN);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
  }

  private static void line(XYChart chart, String name, double[] values, Color color) {
    double[] n = new double[values.length];
    for (int i = 0; i < n.length; i++) {
      n[i] = i + 1;
    }
    style(chart.addSeries(name, n, values), color);
  }

  private static void level(XYChart chart, String name, double value, int count, Color color) {
    String label = "%s %.1f %%".formatted(name, 100 * value);
    XYSeries series = chart.addSeries(label, new double[] {0, count}, new double[] {value, value});
    style(series, color);
    series.setLineStyle(
        new BasicStroke(
            2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {8, 6}, 0));
  }

  private static void style(XYSeries series, Color color) {
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineWidth(2);
  }

  /** Returns the accuracy over the window that ends at each problem. */
  private static double[] moving(List<Boolean> outcomes) {
    double[] accuracies = new double[outcomes.size()];
    int correct = 0;
    for (int i = 0; i < accuracies.length; i++) {
      correct += outcomes.get(i) ? 1 : 0;
      correct -= i >= WINDOW && outcomes.get(i - WINDOW) ? 1 : 0;
      accuracies[i] = (double) correct / Math.min(i + 1, WINDOW);
    }
    return accuracies;
  }
}
