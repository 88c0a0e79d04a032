package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A verdict; without a reward it is unknown, or, with {@code failed}, could not be reached. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record VerdictJson(
    @Nullable Double reward,
    // For readers of the JSON: it follows from the reward, and is not read.
    @JsonProperty(access = JsonProperty.Access.READ_ONLY) @Nullable Boolean correct,
    @Nullable Boolean failed,
    @Nullable String reason,
    @Nullable ExtractedAnswer answer) {

  static VerdictJson of(Verdict verdict) {
    OptionalDouble reward = verdict.reward();
    return new VerdictJson(
        reward.isPresent() ? reward.getAsDouble() : null,
        verdict.known() ? verdict.isCorrect() : null,
        verdict.failure() ? true : null,
        verdict.reason().orElse(null),
        verdict.answer().orElse(null));
  }

  Verdict verdict() {
    String why = reason == null ? "" : reason;
    Verdict verdict;
    if (reward != null) {
      verdict = Verdict.reward(reward, why);
    } else if (failed != null && failed) {
      verdict = Verdict.failed(why);
    } else {
      verdict = Verdict.unknown(why);
    }
    return verdict.on(Optional.ofNullable(answer));
  }
}
