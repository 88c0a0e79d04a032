package dev.flowdpo.answer;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The final answer in the text of a solution, as text to show: what {@link AnswerExtractor} finds,
 * else the last number. Blanks, dollar signs, asterisks and a full stop around it are dropped, and
 * so are the commas of a plain number: {@code "$1,234."} gives {@code "1234"}. Thread-safe.
 */
public final class FinalAnswer {
  private static final AnswerExtractor EXTRACTOR = AnswerExtractor.marked().orLastNumber();
  private static final Pattern GROUPED_NUMBER =
      Pattern.compile("-?\\d{1,3}(?:,\\d{3})++(?:\\.\\d++)?");

  private FinalAnswer() {}

  /**
   * {@return the answer of a solution; empty where there is none, also where the text breaks off
   * right after a mark or inside of a box}
   */
  public static Optional<String> extract(String text) {
    return EXTRACTOR.extract(text).map(answer -> clean(answer.text())).filter(a -> !a.isEmpty());
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
