package dev.flowdpo.verify.math;

import java.util.regex.Pattern;

/**
 * Takes from the text of an answer what only sets it: dollar signs, brackets of displays, stars.
 */
final class AnswerText {
  private static final Pattern DISPLAY = Pattern.compile("(?<!\\\\)\\\\[()\\[\\]]");
  private static final Pattern DOUBLED = Pattern.compile("\\\\\\\\(?=[a-zA-Z])");
  private static final Pattern LEADING =
      Pattern.compile("^(?:\\s|\\*\\*|[=:≈,]|\\\\approx(?![a-zA-Z])|\\\\[,;:! ])++");
  private static final Pattern LEADING_WORDS =
      Pattern.compile(
          "(?i)^(?:(?:so|thus|hence|therefore|approximately|approx|about|roughly|exactly|it is|it's"
              + "|there are|there is|is|are|equals)\\b[.,:]?\\s++)++(?=[-+−$€£(\\\\.\\d])");
  private static final Pattern COLOR = Pattern.compile("\\\\(?:color|textcolor)\\s?+\\{[^{}]*+\\}");
  private static final Pattern SPACED_THOUSANDS =
      Pattern.compile("(?:[-+−]|\\\\?\\$)*+\\d{1,3}(?: \\d{3})++(?:\\.\\d++)?");
  private static final Pattern TRAILING =
      Pattern.compile(
          "(?:\\\\[,;:! ]|\\s|\\*\\*|(?<!\\\\)[,;:]|(?<![.])\\.(?![.])|\\\\\\\\|(?<!\\\\)\\\\ ?)$");

  private static final Pattern QUOTES =
      Pattern.compile("^(?:\\\\[,;:! ]|\\s)*+(?:\\\\?\"|“)|(?:\\\\?\"|”)$");

  private AnswerText() {}

  /** Returns the answer without what surrounds it. */
  static String cleaned(String text) {
    String clean = QUOTES.matcher(text.strip()).replaceAll("");
    if (!clean.contains("\\begin")) {
      clean = DOUBLED.matcher(clean).replaceAll("\\\\");
    }
    clean = COLOR.matcher(clean).replaceAll("").replace("{:}", ":").replace("per cent", "percent");
    clean = dollars(clean);
    clean = DISPLAY.matcher(clean).replaceAll(" ");
    clean = LEADING.matcher(clean).replaceFirst("");
    for (int i = 0; i < 8; i++) {
      String shorter = TRAILING.matcher(clean).replaceFirst("").strip();
      if (shorter.length() == clean.length()) {
        break;
      }
      clean = shorter;
    }
    clean = LEADING_WORDS.matcher(clean).replaceFirst("");
    return SPACED_THOUSANDS.matcher(clean).matches() ? clean.replace(" ", "") : clean;
  }

  /** A dollar sign alone before or after digits is a currency; others only delimit formulas. */
  private static String dollars(String text) {
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      count += isDelimiter(text, i) ? 1 : 0;
    }
    if (count == 0) {
      return text;
    }
    StringBuilder without = new StringBuilder(text.length() + 1);
    for (int i = 0; i < text.length(); i++) {
      if (!isDelimiter(text, i)) {
        without.append(text.charAt(i));
      } else {
        without.append(count == 1 && besideDigit(text, i) ? "\\$" : " ");
      }
    }
    return without.toString().strip();
  }

  private static boolean isDelimiter(String text, int i) {
    return text.charAt(i) == '$' && (i == 0 || text.charAt(i - 1) != '\\');
  }

  private static boolean besideDigit(String text, int i) {
    return (i + 1 < text.length() && Character.isDigit(text.charAt(i + 1)))
        || (i > 0 && Character.isDigit(text.charAt(i - 1)));
  }
}
