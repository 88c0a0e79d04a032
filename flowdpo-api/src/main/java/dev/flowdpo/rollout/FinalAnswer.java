package dev.flowdpo.rollout;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the final answer in the text of a solution, by the marks that solutions of mathematical
 * problems commonly carry. Thread-safe.
 */
public final class FinalAnswer {
  private static final String GSM8K_MARK = "####";
  private static final String BOX = "\\boxed{";
  private static final Pattern PHRASE =
      Pattern.compile("(?:\\banswer is\\b:?|\\banswer:)", Pattern.CASE_INSENSITIVE);
  private static final Pattern ANSWER_LINE = Pattern.compile("^[ \\t]*A:", Pattern.MULTILINE);
  // A minus right after a digit, a letter or a bracket is an operator and no sign.
  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w)\\]])-?(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?(?:/\\d+)?");
  private static final Pattern GROUPED_NUMBER =
      Pattern.compile("-?\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?");
  private static final Pattern SENTENCE_END = Pattern.compile("[.!?](?=\\s|\\*|$)|\\R");

  private FinalAnswer() {}

  /**
   * Returns the final answer of a solution. The first of these that the text contains decides, at
   * its last occurrence:
   *
   * <ol>
   *   <li>{@code ####}, then the rest of the line
   *   <li>{@code \boxed{…}}, then what is in its braces
   *   <li>"answer is", "answer:" in any case, or "A:" at the start of a line, then the rest of the
   *       sentence
   *   <li>a number
   * </ol>
   *
   * <p>Blanks, dollar signs, asterisks and a full stop around the answer are dropped, and so are
   * the commas of a plain number: {@code "$1,234."} gives {@code "1234"}.
   *
   * @param text the text of a solution
   * @return the answer, or {@code ""} where there is none, also where the text breaks off right
   *     after a mark
   */
  public static String extract(String text) {
    int mark = text.lastIndexOf(GSM8K_MARK);
    if (mark >= 0) {
      return clean(firstLine(text.substring(mark + GSM8K_MARK.length())));
    }
    return lastBox(text)
        .or(() -> afterPhrase(text))
        .or(() -> lastNumber(text))
        .map(FinalAnswer::clean)
        .orElse("");
  }

  /** Returns the content of the last box that is closed; braces nest. */
  private static Optional<String> lastBox(String text) {
    for (int box = text.lastIndexOf(BOX); box >= 0; box = text.lastIndexOf(BOX, box - 1)) {
      int begin = box + BOX.length();
      int depth = 1;
      for (int i = begin; i < text.length(); i++) {
        char c = text.charAt(i);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0) {
          return Optional.of(text.substring(begin, i));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> afterPhrase(String text) {
    int begin = Math.max(lastEnd(PHRASE, text), lastEnd(ANSWER_LINE, text));
    if (begin < 0) {
      return Optional.empty();
    }
    String rest = text.substring(begin).strip();
    Matcher end = SENTENCE_END.matcher(rest);
    return Optional.of(end.find() ? rest.substring(0, end.start()) : rest);
  }

  private static int lastEnd(Pattern pattern, String text) {
    int end = -1;
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      end = matcher.end();
    }
    return end;
  }

  private static Optional<String> lastNumber(String text) {
    Optional<String> last = Optional.empty();
    for (Matcher matcher = NUMBER.matcher(text); matcher.find(); ) {
      last = Optional.of(matcher.group());
    }
    return last;
  }

  private static String firstLine(String text) {
    return text.strip().lines().findFirst().orElse("");
  }

  private static String clean(String answer) {
    int begin = 0;
    int end = answer.length();
    while (begin < end && isWrapping(answer.charAt(begin))) {
      begin++;
    }
    while (end > begin && (isWrapping(answer.charAt(end - 1)) || answer.charAt(end - 1) == '.')) {
      end--;
    }
    String cleaned = answer.substring(begin, end);
    return GROUPED_NUMBER.matcher(cleaned).matches() ? cleaned.replace(",", "") : cleaned;
  }

  private static boolean isWrapping(char c) {
    return Character.isWhitespace(c) || c == '$' || c == '*';
  }
}
