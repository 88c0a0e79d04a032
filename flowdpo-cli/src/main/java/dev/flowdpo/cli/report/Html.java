package dev.flowdpo.cli.report;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * Writes HTML that is well-formed XML too. Every text and attribute is escaped here and nowhere
 * else, so that no model output can break a page. Not thread-safe.
 */
final class Html {
  private static final char REPLACEMENT = '\uFFFD';

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element with attributes given as name, value, name, value. */
  Html open(String name, Object... attributes) {
    tag(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** Closes the element that was opened last. */
  Html close() {
    out.append("</").append(Objects.requireNonNull(open.pop(), "an open element")).append('>');
    return this;
  }

  /** Writes an element without content, as drawings and the page's head have them. */
  Html empty(String name, Object... attributes) {
    tag(name, attributes);
    out.append("/>");
    return this;
  }

  /** Writes an element that holds a text. */
  Html element(String name, String text, Object... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Writes a text, escaped. */
  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /** Writes markup that is known to be well-formed. */
  Html markup(String markup) {
    out.append(markup);
    return this;
  }

  /** Begins a new line, for people who look at the source. */
  Html line() {
    out.append('\n');
    return this;
  }

  /** Returns the text as HTML and XML both take it; what neither allows becomes U+FFFD. */
  static String escape(String text) {
    StringBuilder allowed = new StringBuilder(text.length());
    text.codePoints().forEach(c -> allowed.appendCodePoint(isAllowed(c) ? c : REPLACEMENT));
    // Parsers turn a bare carriage return into a line feed; as a reference it stays.
    return HtmlEscapers.htmlEscaper().escape(allowed.toString()).replace("\r", "&#13;");
  }

  private static boolean isAllowed(int c) {
    boolean blank = c == '\t' || c == '\n' || c == '\r';
    boolean control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
    boolean nonCharacter = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
    return blank || !(control || surrogate || nonCharacter);
  }

  private void tag(String name, Object... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      String value = escape(attributes[i + 1].toString()).replace("\n", "&#10;");
      out.append(' ').append(attributes[i]).append("=\"").append(value).append('"');
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
