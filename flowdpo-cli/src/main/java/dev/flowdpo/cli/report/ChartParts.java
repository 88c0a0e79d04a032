package dev.flowdpo.cli.report;

import java.util.List;

/** What the charts of the page have in common: titles, legends and ticks. Stateless. */
final class ChartParts {
  /** Colours and dashes repeat after so many. */
  static final int STYLES = 8;

  /** Where there are more ticks, a narrow screen shows every other one. */
  private static final int NARROW_TICKS = 5;

  private ChartParts() {}

  /** Returns the classes of a horizontal line to compare with; its colours repeat after three. */
  static String levelClass(int number) {
    return "level level-" + number % 3;
  }

  static void caption(Html html, String id, String title, String note) {
    html.open("figcaption").element("span", title, "class", "title", "id", id + "-title");
    if (!note.isBlank()) {
      html.open("span", "class", "note");
      Markup.append(html, note);
      html.close();
    }
    html.close().line();
  }

  /** Writes the name of a curve or group; where it is a switch, it shows and hides its parts. */
  static void legendEntry(Html html, String label, String cssClass, int number, boolean line) {
    html.open("li")
        .open(
            "button",
            "type",
            "button",
            "class",
            cssClass,
            "aria-pressed",
            true,
            "data-toggles",
            number);
    sample(html, line);
    html.text(label).close().close();
  }

  /** Writes the name of what is always shown. */
  static void legendKey(Html html, String label, String cssClass, boolean line) {
    html.open("li").open("span", "class", "key " + cssClass);
    sample(html, line);
    html.text(label).close().close();
  }

  private static void sample(Html html, boolean line) {
    html.open("svg", "viewBox", "0 0 24 12", "aria-hidden", true);
    if (line) {
      html.empty("line", "class", "curve", "x1", 1, "y1", 6, "x2", 23, "y2", 6);
    } else {
      html.empty("rect", "class", "bar", "x", 6, "y", 0, "width", 12, "height", 12, "rx", 2);
    }
    html.close();
  }

  /** Writes the ticks of a horizontal axis. */
  static void horizontalTicks(Html html, Scale scale) {
    List<Double> ticks = scale.ticks();
    for (int i = 0; i < ticks.size(); i++) {
      double tick = ticks.get(i);
      double position = scale.position(tick);
      String minor = i % 2 == 1 && ticks.size() > NARROW_TICKS ? " minor" : "";
      String edge = position > 0.97 ? " last" : position < 0.03 ? " first" : "";
      html.element(
          "span",
          scale.tickFormat().text(tick),
          "class",
          "tick" + edge + minor,
          "style",
          "left:" + scale.percent(tick));
    }
  }
}
