package dev.flowdpo.runtime.data;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import java.util.Optional;
import java.util.regex.Pattern;

/** A worked solution that ends in a line {@code #### N}, as GSM8K's do. Immutable. */
record GsmAnswer(String answer, String solution) {
  private static final Pattern THOUSANDS = Pattern.compile("-?\\d{1,3}(,\\d{3})+(\\.\\d+)?");

  static boolean isMarked(String text) {
    return lastLine(text).isPresent();
  }

  /** Returns the parts; a text without the mark is the answer, and there is no solution. */
  static GsmAnswer of(String text) {
    return lastLine(text)
        .map(answer -> new GsmAnswer(withoutThousandsCommas(answer), text))
        .orElseGet(() -> new GsmAnswer(text, ""));
  }

  /** Unlike in what a model writes, nothing comes after the answer. */
  private static Optional<String> lastLine(String text) {
    return AnswerExtractor.marked()
        .extract(text)
        .filter(found -> found.rule() == AnswerRule.HASH_MARK)
        .map(ExtractedAnswer::text)
        .filter(text.strip()::endsWith);
  }

  private static String withoutThousandsCommas(String answer) {
    return THOUSANDS.matcher(answer).matches() ? answer.replace(",", "") : answer;
  }
}
