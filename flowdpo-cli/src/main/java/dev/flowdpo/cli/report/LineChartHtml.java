package dev.flowdpo.cli.report;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Curves for the page. The drawing's coordinates run from 0 to 1000 both ways and are stretched to
 * the page's width, with strokes that keep theirs; texts stand beside it in HTML, so that they are
 * legible at any width. Stateless.
 */
final class LineChartHtml {
  private static final int SIDE = 1000;
  private static final int DOTS_UP_TO = 24;

  private LineChartHtml() {}

  static void append(Html html, LineChart chart, String id) {
    Scale x = ChartRange.x(chart);
    Scale y = ChartRange.y(chart);
    List<Series> thinned = chart.series().stream().map(Thinning::of).toList();
    html.open("figure", "class", "chart", "id", id, "aria-labelledby", id + "-title");
    ChartParts.caption(html, id, chart.title(), chart.note());
    legend(html, chart);
    html.open("div", "class", "frame");
    html.element("div", chart.y().label(), "class", "y-name");
    yTicks(html, y);
    html.open(
        "div",
        "class",
        "plot",
        "tabindex",
        0,
        "role",
        "group",
        "aria-label",
        chart.title() + ": arrow keys read the values");
    drawing(html, chart, thinned, x, y);
    html.close();
    html.open("div", "class", "x-ticks");
    ChartParts.horizontalTicks(html, x);
    html.close().element("div", chart.x().label(), "class", "x-name").close();
    values(html, chart);
    html.open("script", "type", "application/json")
        .markup(ChartData.json(chart, thinned, x))
        .close();
    html.close().line();
  }

  private static void legend(Html html, LineChart chart) {
    html.open("ul", "class", "legend", "aria-label", "Curves");
    for (int i = 0; i < chart.series().size(); i++) {
      String style = "s" + i % ChartParts.STYLES;
      ChartParts.legendEntry(html, chart.series().get(i).label(), style, i, true);
    }
    int levels = 0;
    for (Map.Entry<String, Double> level : chart.levels().entrySet()) {
      String label = level.getKey() + " " + chart.y().format().text(level.getValue());
      ChartParts.legendKey(html, label, ChartParts.levelClass(levels++), true);
    }
    html.close().line();
  }

  private static void yTicks(Html html, Scale y) {
    List<String> texts = y.ticks().stream().map(y.tickFormat()::text).toList();
    String widest = texts.stream().max(Comparator.comparingInt(String::length)).orElse("");
    html.open("div", "class", "y-ticks", "aria-hidden", true)
        .element("span", widest, "class", "widest");
    for (int i = 0; i < texts.size(); i++) {
      html.element(
          "span", texts.get(i), "class", "tick", "style", "bottom:" + y.percent(y.ticks().get(i)));
    }
    html.close();
  }

  private static void drawing(Html html, LineChart chart, List<Series> series, Scale x, Scale y) {
    html.open(
        "svg",
        "viewBox",
        "0 0 " + SIDE + " " + SIDE,
        "preserveAspectRatio",
        "none",
        "role",
        "img",
        "aria-label",
        summary(chart));
    for (double tick : y.ticks()) {
      line(html, "grid-line", 0, SIDE, down(y, tick));
    }
    line(html, "axis-line", 0, SIDE, SIDE);
    int levels = 0;
    for (Map.Entry<String, Double> level : chart.levels().entrySet()) {
      String style = "curve " + ChartParts.levelClass(levels++);
      line(html, style, 0, SIDE, down(y, level.getValue()));
    }
    for (int i = series.size() - 1; i >= 0; i--) {
      html.open("g", "class", "s" + i % ChartParts.STYLES, "data-series", i);
      curve(html, series.get(i), x, y);
      html.close().line();
    }
    html.close();
  }

  private static void curve(Html html, Series series, Scale x, Scale y) {
    int n = series.x().length();
    IntToDoubleFunction across = i -> SIDE * x.position(series.x().get(i));
    if (series.hasBand()) {
      StringBuilder band = path(n, across, i -> down(y, series.high().get(i)));
      for (int i = n - 1; i >= 0; i--) {
        point(band.append('L'), across.applyAsDouble(i), down(y, series.low().get(i)));
      }
      html.empty("path", "class", "band", "d", band.append('Z'));
    }
    IntToDoubleFunction height = i -> down(y, series.mean().get(i));
    html.empty("path", "class", "curve", "d", path(n, across, height));
    if (n <= DOTS_UP_TO) {
      // A line of no length with round ends is a dot that stretching does not turn into an ellipse.
      StringBuilder dots = new StringBuilder();
      for (int i = 0; i < n; i++) {
        point(dots.append('M'), across.applyAsDouble(i), height.applyAsDouble(i));
        dots.append("h0");
      }
      html.empty("path", "class", "dots", "d", dots);
    }
  }

  private static StringBuilder path(int n, IntToDoubleFunction across, IntToDoubleFunction height) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < n; i++) {
      point(path.append(i == 0 ? 'M' : 'L'), across.applyAsDouble(i), height.applyAsDouble(i));
    }
    return path;
  }

  private static void point(StringBuilder path, double across, double height) {
    path.append(Math.round(10 * across) / 10.0).append(' ').append(Math.round(10 * height) / 10.0);
  }

  private static void line(Html html, String cssClass, double from, double to, double height) {
    String y = String.format(Locale.ROOT, "%.1f", height);
    html.empty("line", "class", cssClass, "x1", from, "x2", to, "y1", y, "y2", y);
  }

  private static double down(Scale y, double value) {
    return SIDE * (1 - y.position(value));
  }

  /** Says in words what the drawing shows, for those who do not see it. */
  private static String summary(LineChart chart) {
    StringBuilder text = new StringBuilder(chart.title()).append(". ");
    for (Series series : chart.series()) {
      ImmutableDoubleArray mean = series.mean();
      text.append(series.label())
          .append(" from ")
          .append(chart.y().format().text(mean.get(0)))
          .append(" to ")
          .append(chart.y().format().text(mean.get(mean.length() - 1)))
          .append(". ");
    }
    return text.toString().strip();
  }

  private static void values(Html html, LineChart chart) {
    html.open("details", "class", "values").element("summary", "Values as a table");
    TableHtml.append(html, ChartData.table(chart));
    html.close().line();
  }
}
