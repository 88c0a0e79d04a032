package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with Jinja2's {@code trim_blocks} and {@code lstrip_blocks}: a line
 * feed right after a tag goes, and so do the spaces between the start of a line and a tag; {@code
 * -} beside a delimiter takes all white space, {@code +} keeps it.
 */
final class Lexer {
  private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.DOTALL;
  private static final Pattern BEGIN = Pattern.compile("\\{[%#{]");
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})", FLAGS);
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)", FLAGS);
  private static final Pattern COMMENT_END = Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?", FLAGS);
  private static final Pattern TAG_END = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?", FLAGS);
  private static final Pattern PRINT_END = Pattern.compile("-\\}\\}\\s*|\\}\\}", FLAGS);
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?:\\d+_)*+\\d+(?:(?:\\.(?:\\d+_)*+\\d+)?[eE][+-]?(?:\\d+_)*+\\d+|\\.(?:\\d+_)*+\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[0-9a-fA-F])++|[1-9](?:_?\\d)*+|0(?:_?0)*+");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Nd}\\p{Mn}\\p{Mc}\\p{Pc}]*+");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  /**
   * {@return the tokens of the template, ending with one of kind {@link Kind#END}}
   *
   * @throws ChatTemplateException if something is not closed or no token
   */
  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    try {
      lexer.template();
    } catch (ChatTemplateException e) {
      throw new ChatTemplateException(lexer.line, e);
    }
    return lexer.tokens;
  }

  private void template() {
    Matcher begin = BEGIN.matcher(source);
    while (begin.find(position)) {
      int start = begin.start();
      Matcher raw = RAW_BEGIN.matcher(source).region(start, source.length());
      boolean print = source.charAt(start + 1) == '{';
      text(source.substring(position, start), sign(start + 2), !print);
      if (raw.lookingAt()) {
        skip(raw.end());
        raw();
      } else if (source.charAt(start + 1) == '#') {
        comment(start + 2);
      } else {
        add(print ? Kind.PRINT_BEGIN : Kind.TAG_BEGIN, source.substring(start, start + 2));
        skip(start + (sign(start + 2) == ' ' ? 2 : 3));
        tag(print);
      }
    }
    add(Kind.TEXT, source.substring(position));
    add(Kind.END, "");
  }

  private char sign(int at) {
    char sign = at < source.length() ? source.charAt(at) : ' ';
    return sign == '-' || sign == '+' ? sign : ' ';
  }

  /** Adds the text before a delimiter, less the white space that the delimiter takes. */
  private void text(String text, char sign, boolean stripsIndent) {
    String kept = text;
    if (sign == '-') {
      kept = PythonText.stripRight(text);
    } else if (sign == ' ' && stripsIndent) {
      int lineStart = text.lastIndexOf('\n') + 1;
      boolean atLineStart = lineStart > 0 || lineStarting;
      if (atLineStart && PythonText.strip(text.substring(lineStart)).isEmpty()) {
        kept = text.substring(0, lineStart);
      }
    }
    if (!kept.isEmpty()) {
      add(Kind.TEXT, kept);
    }
    skip(position + text.length());
  }

  private void raw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(position)) {
      throw new ChatTemplateException("expected {% endraw %}, found the end of the template");
    }
    String sign = end.group(1);
    text(source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true);
    skip(end.end());
  }

  private void comment(int from) {
    Matcher end = COMMENT_END.matcher(source);
    if (!end.find(from)) {
      throw new ChatTemplateException("expected #} after {#, found the end of the template");
    }
    skip(end.end());
  }

  private void tag(boolean print) {
    Pattern close = print ? PRINT_END : TAG_END;
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      while (position < source.length() && PythonText.isSpace(source.charAt(position))) {
        skip(position + 1);
      }
      Matcher end = at(close);
      if (open.isEmpty() && end.lookingAt()) {
        add(print ? Kind.PRINT_END : Kind.TAG_END, print ? "}}" : "%}");
        skip(end.end());
        return;
      }
      if (position == source.length()) {
        throw new ChatTemplateException(
            "expected the end of the tag, found the end of the template");
      }
      token(open);
    }
  }

  private void token(Deque<Character> open) {
    char first = source.charAt(position);
    if (first == '\'' || first == '"') {
      string(first);
      return;
    }
    boolean afterDot = !tokens.isEmpty() && tokens.get(tokens.size() - 1).isOperator(".");
    if (!(afterDot && Character.isDigit(first)) && take(FLOAT, Kind.FLOAT)) {
      return;
    }
    if (take(INTEGER, Kind.INTEGER) || take(NAME, Kind.NAME)) {
      return;
    }
    if (!take(OPERATOR, Kind.OPERATOR)) {
      throw new ChatTemplateException("expected an expression, found \"" + first + "\"");
    }
    balance(first, open);
  }

  private static void balance(char operator, Deque<Character> open) {
    switch (operator) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != operator) {
          throw new ChatTemplateException("expected no \"" + operator + "\", as nothing opens it");
        }
      }
      default -> {}
    }
  }

  private void string(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw new ChatTemplateException("expected " + quote + " at the end of a string, found none");
    }
    add(Kind.STRING, PythonText.unescape(source.substring(position + 1, end)));
    skip(end + 1);
  }

  private boolean take(Pattern pattern, Kind kind) {
    Matcher found = at(pattern);
    if (!found.lookingAt()) {
      return false;
    }
    add(kind, found.group());
    skip(found.end());
    return true;
  }

  private Matcher at(Pattern pattern) {
    return pattern.matcher(source).region(position, source.length());
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  /** Goes on to the place and keeps count of lines. */
  private void skip(int to) {
    for (int i = position; i < to; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    if (to > position) {
      lineStarting = source.charAt(to - 1) == '\n';
    }
    position = to;
  }
}
