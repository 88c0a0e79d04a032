package dev.flowdpo.cli.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The little markup that paragraphs have: code between backticks, bold between asterisks. */
final class Markup {
  private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`|\\*\\*([^*\n]+)\\*\\*");

  private Markup() {}

  /** Writes the text; what stands between the marks is escaped as everything else. */
  static void append(Html html, String text) {
    Matcher spans = SPAN.matcher(text);
    int done = 0;
    while (spans.find()) {
      html.text(text.substring(done, spans.start()));
      boolean code = spans.start(1) >= 0;
      html.element(code ? "code" : "strong", spans.group(code ? 1 : 2));
      done = spans.end();
    }
    html.text(text.substring(done));
  }
}
