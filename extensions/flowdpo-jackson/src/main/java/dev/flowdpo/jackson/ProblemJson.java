package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A problem: {@code question} where it is one, {@code messages} where it is a conversation. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
record ProblemJson(
    @Nullable String id,
    @Nullable String question,
    @Nullable List<Message> messages,
    @Nullable String answer,
    @Nullable Map<String, String> attributes) {

  static ProblemJson of(Problem problem) {
    boolean conversation = problem.messages().size() > 1;
    return new ProblemJson(
        problem.id(),
        conversation ? null : problem.question(),
        conversation ? problem.messages() : null,
        problem.answer().orElse(null),
        problem.attributes());
  }

  Problem problem() {
    Problem.Builder builder =
        messages == null
            ? Problem.builder(Required.of("question", question))
            : Problem.builder(messages);
    if (id != null) {
      builder.id(id);
    }
    if (answer != null) {
      builder.answer(answer);
    }
    if (attributes != null) {
      builder.attributes(attributes);
    }
    return builder.build();
  }
}
