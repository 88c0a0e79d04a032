package dev.flowdpo.verify;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.verify.math.MathAnswer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the answer in a text that is meant to be only an answer, such as a known result, but may
 * come with some words around it: by a mark, else the whole text where it is a value or has no
 * formula, else the last formula or number in it.
 */
final class BareAnswer {
  private static final int MAX_FORMULA = 2_000;
  private static final Pattern FORMULA =
      Pattern.compile(
          "\\$\\$((?:[^$\\\\]|\\\\.){1,"
              + MAX_FORMULA
              + "}+)\\$\\$"
              + "|(?<!\\\\)\\$((?:[^$\\\\]|\\\\.){1,"
              + MAX_FORMULA
              + "}+)\\$"
              + "|\\\\\\(((?:[^\\\\]|\\\\[^)]){1,"
              + MAX_FORMULA
              + "}+)\\\\\\)"
              + "|(?<!\\\\)\\\\\\[((?:[^\\\\]|\\\\[^\\]]){1,"
              + MAX_FORMULA
              + "}+)\\\\\\]",
          Pattern.DOTALL);

  private static final Pattern CHAT_MARK = Pattern.compile("\\s*+<\\|[a-z_]{1,20}\\|>\\w*+$");

  private BareAnswer() {}

  /** Returns the answer; empty where the text is blank or cut off. */
  static Optional<ExtractedAnswer> in(String text) {
    String stripped = CHAT_MARK.matcher(text.strip()).replaceFirst("");
    Optional<ExtractedAnswer> marked = AnswerExtractor.marked().extract(stripped);
    if (marked.isPresent() || stripped.isEmpty()) {
      return marked;
    }
    if (stripped.length() <= MathAnswer.MAX_LENGTH && MathAnswer.of(stripped).isValue()) {
      return Optional.of(new ExtractedAnswer(stripped, AnswerRule.WHOLE_TEXT));
    }
    return Optional.of(lastInProse(stripped));
  }

  /** Returns the last formula, or the last number where it comes later. */
  private static ExtractedAnswer lastInProse(String text) {
    Matcher matcher = FORMULA.matcher(text);
    ExtractedAnswer last = new ExtractedAnswer(text, AnswerRule.WHOLE_TEXT);
    int end = -1;
    while (matcher.find()) {
      end = matcher.end();
      for (int group = 1; group <= matcher.groupCount(); group++) {
        if (matcher.group(group) != null) {
          // A formula of blanks alone is none.
          String formula = matcher.group(group).strip();
          last = formula.isEmpty() ? last : new ExtractedAnswer(formula, AnswerRule.LAST_FORMULA);
        }
      }
    }
    if (end < 0) {
      return last;
    }
    return AnswerExtractor.marked()
        .orLastNumber()
        .extract(text.substring(end))
        .filter(number -> number.rule() == AnswerRule.LAST_NUMBER)
        .orElse(last);
  }
}
