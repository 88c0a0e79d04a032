package dev.flowdpo.cli.report;

/** Wins, ties and losses for the page: one stacked bar a comparison. Stateless. */
final class WinRatesHtml {
  private static final ValueFormat PERCENT = ValueFormat.percent();

  private WinRatesHtml() {}

  static void append(Html html, WinRates rates) {
    html.open("figure", "class", "wins");
    html.open("figcaption").element("span", rates.title(), "class", "title");
    html.element("span", rates.comparer(), "class", "note").close();
    for (WinRates.Row row : rates.rows()) {
      html.open("div", "class", "sides");
      html.element("span", row.first()).element("span", row.second()).close();
      html.open("div", "class", "stack", "role", "img", "aria-label", words(row));
      segment(html, "win", row.wins());
      segment(html, "tie", row.ties());
      segment(html, "loss", row.losses());
      html.close().open("div", "class", "counts");
      count(html, "wins", row.wins(), row);
      count(html, "ties", row.ties(), row);
      count(html, "losses", row.losses(), row);
      html.close().line();
    }
    html.close().line();
  }

  private static void segment(Html html, String kind, int count) {
    if (count > 0) {
      html.open("span", "class", kind, "style", "flex:" + count + " 0 0").close();
    }
  }

  private static void count(Html html, String word, int count, WinRates.Row row) {
    String share = PERCENT.text((double) count / row.total());
    html.open("span").element("b", share).text(" " + word + " (" + count + ")").close();
  }

  private static String words(WinRates.Row row) {
    return "%s against %s: %d wins, %d ties, %d losses"
        .formatted(row.first(), row.second(), row.wins(), row.ties(), row.losses());
  }
}
