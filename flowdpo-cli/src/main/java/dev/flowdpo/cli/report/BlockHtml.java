package dev.flowdpo.cli.report;

import java.util.Map;

/** The blocks of a page's sections. Counts the charts; one for each page. Not thread-safe. */
final class BlockHtml {
  private int charts;

  void append(Html html, Block block) {
    if (block instanceof Paragraph paragraph) {
      html.open(paragraph.heading() ? "h3" : "p");
      Markup.append(html, paragraph.text());
      html.close().line();
    } else if (block instanceof Callout callout) {
      callout(html, callout);
    } else if (block instanceof Preformatted text) {
      html.open("figure", "class", "preformatted").element("figcaption", text.caption());
      // HTML drops a line feed at the beginning of preformatted text.
      html.open("pre").markup("\n").text(text.text()).close().close().line();
    } else if (block instanceof Definitions definitions) {
      definitions(html, definitions);
    } else if (block instanceof Table table) {
      TableHtml.append(html, table);
    } else if (block instanceof LineChart chart) {
      LineChartHtml.append(html, chart, "chart-" + ++charts);
    } else if (block instanceof BarChart chart) {
      BarChartHtml.append(html, chart, "chart-" + ++charts);
    } else if (block instanceof WinRates rates) {
      WinRatesHtml.append(html, rates);
    } else if (block instanceof Trees trees) {
      TreeHtml.append(html, trees);
    }
  }

  private static void callout(Html html, Callout callout) {
    String title = callout.title().isBlank() ? callout.tone().word() : callout.title();
    html.open("div", "class", "callout " + callout.tone().cssClass(), "role", "note");
    html.element("p", title, "class", "callout-title").open("p");
    Markup.append(html, callout.text());
    html.close().close().line();
  }

  private static void definitions(Html html, Definitions definitions) {
    html.open("div", "class", "definitions").element("h3", definitions.title()).open("dl");
    for (Map.Entry<String, String> entry : definitions.entries().entrySet()) {
      html.element("dt", entry.getKey()).element("dd", entry.getValue());
    }
    html.close().close().line();
  }
}
