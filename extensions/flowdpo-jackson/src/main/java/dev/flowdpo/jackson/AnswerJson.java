package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import org.jspecify.annotations.Nullable;

/** The answer that was found in a text, and the rule that found it. */
@JsonIgnoreProperties(ignoreUnknown = true)
record AnswerJson(@Nullable String text, @Nullable String rule) {
  static AnswerJson of(ExtractedAnswer answer) {
    return new AnswerJson(answer.text(), answer.rule().name());
  }

  ExtractedAnswer answer() {
    return new ExtractedAnswer(
        Required.of("text", text), Required.constant(AnswerRule.class, "rule", rule));
  }
}
