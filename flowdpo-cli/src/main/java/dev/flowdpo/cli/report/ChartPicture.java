package dev.flowdpo.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts as PNG, for plots outside the page. Stateless. */
final class ChartPicture {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 680;
  private static final int BAND_ALPHA = 44;
  private static final Color GRAY = new Color(0x5C6670);
  private static final Color GRID = new Color(0xE6EAEF);
  private static final List<Color> COLORS =
      List.of(
          new Color(0x0B62C4),
          new Color(0xCF4A12),
          new Color(0x0F7F5A),
          new Color(0x8546C4),
          new Color(0xA87400),
          new Color(0x0A8AA5),
          new Color(0xB52E67),
          GRAY);
  private static final List<Color> LEVEL_COLORS =
      List.of(GRAY, new Color(0x0F7A4D), new Color(0x8A5A00));
  private static final float[] DASHES = {8, 6};

  /** Off any even spacing: XChart puts ticks at odd places where all values are evenly spaced. */
  private static final double OFF_GRID = (3 - Math.sqrt(5)) / 2;

  private ChartPicture() {}

  static void write(LineChart chart, Path file) {
    headless();
    Scale x = ChartRange.x(chart);
    Scale y = ChartRange.y(chart);
    // XChart's logarithmic axis knows powers of ten only, so the exponents are drawn.
    boolean powers = x.logarithmic();
    DoubleUnaryOperator across = value -> powers ? Math.log(value) / Math.log(2) : value;
    XYChart picture =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .xAxisTitle(chart.x().label())
            .yAxisTitle(chart.y().label())
            .build();
    AxesChartStyler styler = picture.getStyler();
    style(styler, chart.series().size() + chart.levels().size());
    double from = across.applyAsDouble(x.from());
    double to = across.applyAsDouble(x.to());
    styler.setXAxisMin(from).setXAxisMax(to).setYAxisMin(y.from()).setYAxisMax(y.to());
    styler.setXAxisTickMarkSpacingHint(130).setYAxisTickMarkSpacingHint(100);
    styler.setYAxisLogarithmic(y.logarithmic());
    styler.setxAxisTickLabelsFormattingFunction(v -> powers ? power(v, x) : label(v, x));
    styler.setyAxisTickLabelsFormattingFunction(v -> label(v, y));
    for (int i = 0; i < chart.series().size(); i++) {
      curve(picture, Thinning.of(chart.series().get(i)), COLORS.get(i % COLORS.size()), across);
    }
    double[] ends = {from, from + OFF_GRID * (to - from), to};
    int levels = 0;
    for (Map.Entry<String, Double> entry : chart.levels().entrySet()) {
      double value = entry.getValue();
      String name = entry.getKey() + " " + chart.y().format().text(value);
      XYSeries level = picture.addSeries(name, ends, new double[] {value, value, value});
      level.setMarker(SeriesMarkers.NONE).setLineStyle(dashed());
      level.setLineColor(LEVEL_COLORS.get(levels++ % LEVEL_COLORS.size()));
    }
    if (chart.levels().isEmpty()) {
      double[] heights = {y.from(), y.from(), y.from()};
      XYSeries invisible = picture.addSeries("\u00A0", ends, heights);
      invisible.setMarker(SeriesMarkers.NONE).setLineColor(new Color(0, true));
      invisible.setShowInLegend(false);
    }
    save(picture, file);
  }

  /**
   * Draws the bars. XChart's error bars are as long on either side, so that of a lopsided interval
   * is its longer side on both.
   */
  static void write(BarChart chart, Path file) {
    headless();
    Scale scale = ChartRange.values(chart);
    CategoryChart picture =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(chart.title())
            .yAxisTitle(chart.values().label())
            .build();
    style(picture.getStyler(), chart.groups().size());
    picture.getStyler().setYAxisTickMarkSpacingHint(100);
    picture.getStyler().setYAxisMin(scale.from()).setYAxisMax(scale.to());
    picture.getStyler().setYAxisLogarithmic(scale.logarithmic());
    picture.getStyler().setyAxisTickLabelsFormattingFunction(v -> label(v, scale));
    picture.getStyler().setAvailableSpaceFill(0.7);
    for (int i = 0; i < chart.groups().size(); i++) {
      BarChart.Group group = chart.groups().get(i);
      List<Double> values = group.bars().stream().map(Estimate::value).toList();
      List<Double> errors =
          group.bars().stream()
              .map(bar -> Math.max(bar.high() - bar.value(), bar.value() - bar.low()))
              .toList();
      picture
          .addSeries(name(group.label(), i), chart.categories(), values, errors)
          .setFillColor(COLORS.get(i % COLORS.size()));
    }
    save(picture, file);
  }

  private static void curve(
      XYChart picture, Series series, Color color, DoubleUnaryOperator across) {
    double[] x = series.x().stream().map(across).toArray();
    String name = name(series.label(), picture.getSeriesMap().size());
    if (series.hasBand()) {
      List<Double> around = new ArrayList<>();
      List<Double> heights = new ArrayList<>();
      for (int i = 0; i < x.length; i++) {
        around.add(x[i]);
        heights.add(series.high().get(i));
      }
      for (int i = x.length - 1; i >= 0; i--) {
        around.add(x[i]);
        heights.add(series.low().get(i));
      }
      XYSeries band = picture.addSeries(name + " (band)", around, heights);
      band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea).setShowInLegend(false);
      band.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), BAND_ALPHA));
      band.setMarker(SeriesMarkers.NONE).setLineColor(new Color(0, true));
    }
    XYSeries line = picture.addSeries(name, x, series.mean().toArray());
    boolean few = x.length <= 24;
    line.setMarker(few ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE).setMarkerColor(color);
    line.setLineColor(color).setLineStyle(new BasicStroke(2));
  }

  /** XChart takes no two series of one name and none without. */
  private static String name(String label, int number) {
    return label.isBlank() ? "series " + (number + 1) : label;
  }

  /** A legend below the chart does not break into lines, so a long one stands beside it. */
  private static void style(Styler styler, int legendEntries) {
    boolean below = legendEntries <= 4;
    styler.setLegendPosition(
        below ? Styler.LegendPosition.OutsideS : Styler.LegendPosition.OutsideE);
    styler.setLegendLayout(below ? Styler.LegendLayout.Horizontal : Styler.LegendLayout.Vertical);
    styler.setChartBackgroundColor(Color.WHITE).setLegendBorderColor(Color.WHITE);
    styler.setPlotBorderVisible(false).setChartPadding(18).setPlotContentSize(0.97);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    styler.setAntiAlias(true);
    if (styler instanceof AxesChartStyler axes) {
      axes.setPlotGridLinesColor(GRID).setPlotGridVerticalLinesVisible(false);
      axes.setPlotGridLinesStroke(new BasicStroke(1));
      axes.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
      axes.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
      axes.setAxisTickLabelsColor(GRAY).setAxisTickMarksColor(GRAY);
    }
  }

  private static String label(double value, Scale scale) {
    return scale.tickFormat().text(value);
  }

  /** Writes powers of two and leaves what lies between them out. */
  private static String power(double exponent, Scale scale) {
    boolean whole = Math.abs(exponent - Math.rint(exponent)) < 1e-6;
    return whole ? label(Math.pow(2, Math.rint(exponent)), scale) : " ";
  }

  private static BasicStroke dashed() {
    return new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, DASHES, 0);
  }

  private static void headless() {
    System.setProperty("java.awt.headless", "true");
  }

  private static void save(Chart<?, ?> picture, Path file) {
    try {
      BitmapEncoder.saveBitmap(picture, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
