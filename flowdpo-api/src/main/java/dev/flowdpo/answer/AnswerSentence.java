package dev.flowdpo.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the answer from the text after "the answer is". */
final class AnswerSentence {
  private static final Pattern OPENING =
      Pattern.compile(
          "(?:[\\s*:]|(?:therefore|thus|simply|indeed|then|hence|just)\\b,?)*+",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern END =
      Pattern.compile("[.!?](?=\\s|\\*|\\$|$)|\\R|,?\\s(?:because|since|which|where|as)\\s");
  private static final int MAX_LENGTH = 2_000;
  private static final String[][] DISPLAYS = {{"$$", "$$"}, {"\\[", "\\]"}};

  private AnswerSentence() {}

  /** Returns the first sentence, or the display it begins with; of at most 2,000 characters. */
  static String first(String text) {
    Matcher opening = OPENING.matcher(text);
    int begin = opening.lookingAt() ? opening.end() : 0;
    String rest = text.substring(begin, Math.min(text.length(), begin + MAX_LENGTH));
    for (String[] display : DISPLAYS) {
      int end = rest.startsWith(display[0]) ? rest.indexOf(display[1], 2) : -1;
      if (end >= 0) {
        return trimmed(rest.substring(2, end));
      }
    }
    Matcher end = END.matcher(rest);
    for (int from = 0; end.find(from); from = end.end()) {
      if (!insideFormula(rest, end.start())) {
        return trimmed(rest.substring(0, end.start()));
      }
    }
    return trimmed(rest);
  }

  /** A full stop between dollar signs ends no sentence; a line's end does. */
  private static boolean insideFormula(String text, int end) {
    if (text.charAt(end) == '\n' || text.charAt(end) == '\r') {
      return false;
    }
    int dollars = 0;
    for (int i = 0; i < end; i++) {
      dollars += text.charAt(i) == '$' && (i == 0 || text.charAt(i - 1) != '\\') ? 1 : 0;
    }
    return dollars % 2 == 1 && text.indexOf('$', end) >= 0;
  }

  private static String trimmed(String text) {
    String trimmed = text.strip();
    while (trimmed.endsWith("*") || trimmed.startsWith("*")) {
      trimmed =
          (trimmed.startsWith("*")
                  ? trimmed.substring(1)
                  : trimmed.substring(0, trimmed.length() - 1))
              .strip();
    }
    return trimmed;
  }
}
