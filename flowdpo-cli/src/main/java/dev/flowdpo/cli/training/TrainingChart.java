package dev.flowdpo.cli.training;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Draws the losses of a training over its steps. Stateless. */
final class TrainingChart {
  private static final Color BLUE = new Color(0x1F77B4);
  private static final Color GREEN = new Color(0x2CA02C);

  private TrainingChart() {}

  /**
   * Writes the PNG; without a display, which it does not need.
   *
   * @param rows of the file {@code training.jsonl}
   */
  static void write(Path file, String title, List<JsonNode> rows) throws IOException {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(960)
            .height(540)
            .title(title)
            .xAxisTitle("steps")
            .yAxisTitle("loss")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisMin(0.0).setXAxisDecimalPattern("#");
    line(chart, "training", "loss", rows, BLUE).setMarker(SeriesMarkers.NONE);
    if (rows.stream().anyMatch(row -> row.has("eval_loss"))) {
      line(chart, "held-out", "eval_loss", rows, GREEN).setMarker(SeriesMarkers.CIRCLE);
    }
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
  }

  private static XYSeries line(
      XYChart chart, String name, String key, List<JsonNode> rows, Color color) {
    List<JsonNode> given = rows.stream().filter(row -> row.has(key)).toList();
    XYSeries series =
        chart.addSeries(
            name,
            given.stream().mapToDouble(row -> row.get("step").asDouble()).toArray(),
            given.stream().mapToDouble(row -> row.get(key).asDouble()).toArray());
    series.setLineColor(color);
    series.setMarkerColor(color);
    series.setLineWidth(2);
    return series;
  }
}
