package dev.flowdpo.answer;

import java.util.Objects;

/**
 * A final answer, and how it was found.
 *
 * <p>Immutable and thread-safe.
 *
 * @param text the answer as it stands in the solution, without blanks around it; {@code ""} where
 *     there is none
 * @param rule the rule that found it; {@link AnswerRule#NONE} exactly where there is none
 */
public record ExtractedAnswer(String text, AnswerRule rule) {
  /** No answer. */
  public static final ExtractedAnswer NONE = new ExtractedAnswer("", AnswerRule.NONE);

  /** Checks that both are there. */
  public ExtractedAnswer {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(rule, "rule");
  }

  /**
   * Says whether there is an answer.
   *
   * @return true unless the rule is {@link AnswerRule#NONE}
   */
  public boolean isPresent() {
    return rule != AnswerRule.NONE;
  }
}
