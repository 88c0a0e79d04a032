package dev.flowdpo.answer;

import dev.flowdpo.error.InvalidInputException;
import java.util.Objects;

/**
 * A final answer, and how it was found. Immutable and thread-safe.
 *
 * @param text the answer as it stands in the solution, without blanks around it; never empty
 * @param rule the rule that found it
 */
public record ExtractedAnswer(String text, AnswerRule rule) {

  /** Checks the values; an empty text is refused. */
  public ExtractedAnswer {
    Objects.requireNonNull(rule, "rule");
    if (text.isEmpty()) {
      throw new InvalidInputException(
          "ExtractedAnswer: expected a text, found none. Where there is no answer, there is no"
              + " ExtractedAnswer.");
    }
  }
}
