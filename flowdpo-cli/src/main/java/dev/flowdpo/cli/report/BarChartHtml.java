package dev.flowdpo.cli.report;

import java.util.Locale;

/**
 * Bars for the page: a lane for each bar, its figure in words at its end. Texts stand in HTML, so
 * that long names and narrow screens do no harm. Stateless.
 */
final class BarChartHtml {
  private static final int WIDTH = 1000;
  private static final int LANE = 100;

  private BarChartHtml() {}

  static void append(Html html, BarChart chart, String id) {
    Scale scale = ChartRange.values(chart);
    html.open("figure", "class", "chart", "id", id, "aria-labelledby", id + "-title");
    ChartParts.caption(html, id, chart.title(), chart.note());
    boolean several = chart.groups().size() > 1;
    if (several) {
      html.open("ul", "class", "legend", "aria-label", "Groups");
      for (int g = 0; g < chart.groups().size(); g++) {
        String style = "s" + g % ChartParts.STYLES;
        ChartParts.legendEntry(html, chart.groups().get(g).label(), style, g, false);
      }
      html.close();
    }
    html.open("div", "class", "bars");
    for (int c = 0; c < chart.categories().size(); c++) {
      html.element("div", chart.categories().get(c), "class", "category");
      lanes(html, chart, scale, c);
      figures(html, chart, c, several);
    }
    html.open("div", "class", "scale", "aria-hidden", true);
    ChartParts.horizontalTicks(html, scale);
    html.close().element("div", chart.values().label(), "class", "scale-name").close();
    html.close().line();
  }

  private static void lanes(Html html, BarChart chart, Scale scale, int category) {
    html.open("div", "class", "lanes", "aria-hidden", true).open("div", "class", "rules");
    svg(html);
    for (double tick : scale.ticks()) {
      double x = WIDTH * scale.position(tick);
      html.empty("line", "class", "grid-line", "x1", tenth(x), "x2", tenth(x), "y1", 0, "y2", LANE);
    }
    html.close().close();
    for (int g = 0; g < chart.groups().size(); g++) {
      Estimate bar = chart.groups().get(g).bars().get(category);
      html.open("div", "class", "s" + g % ChartParts.STYLES, "data-series", g);
      svg(html);
      double zero = WIDTH * scale.position(scale.logarithmic() ? scale.from() : 0);
      double end = WIDTH * scale.position(bar.value());
      html.empty(
          "rect",
          "class",
          "bar",
          "x",
          tenth(Math.min(zero, end)),
          "width",
          tenth(Math.abs(end - zero)),
          "y",
          14,
          "height",
          72);
      if (bar.hasInterval()) {
        String low = tenth(WIDTH * scale.position(bar.low()));
        String high = tenth(WIDTH * scale.position(bar.high()));
        html.empty(
            "path",
            "class",
            "whisker",
            "d",
            "M%s 50L%s 50M%s 30L%s 70M%s 30L%s 70".formatted(low, high, low, low, high, high));
      }
      html.close().close();
    }
    html.close();
  }

  private static void figures(Html html, BarChart chart, int category, boolean several) {
    html.open("div", "class", "figures");
    for (int g = 0; g < chart.groups().size(); g++) {
      BarChart.Group group = chart.groups().get(g);
      Estimate bar = group.bars().get(category);
      html.open("span", "data-series", g);
      if (several) {
        html.element("span", group.label() + ": ", "class", "spoken");
      }
      html.element("b", chart.values().format().text(bar.value()));
      if (bar.hasInterval()) {
        html.text(" ").element("span", bar.interval(chart.values().format()), "class", "interval");
      }
      html.close();
    }
    html.close().line();
  }

  private static void svg(Html html) {
    html.open("svg", "viewBox", "0 0 " + WIDTH + " " + LANE, "preserveAspectRatio", "none");
  }

  private static String tenth(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
