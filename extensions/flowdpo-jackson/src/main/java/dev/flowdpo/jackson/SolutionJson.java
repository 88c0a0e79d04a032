package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.Usage;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A solution with its problem, chunk by chunk. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record SolutionJson(
    @Nullable Problem problem,
    @Nullable String text,
    @Nullable String finalAnswer,
    @Nullable String finishReason,
    @Nullable List<SolutionChunk> chunks,
    @Nullable Usage usage) {

  static SolutionJson of(Solution solution) {
    return new SolutionJson(
        solution.problem(),
        solution.text(),
        solution.finalAnswer().orElse(null),
        solution.finishReason().name(),
        solution.chunks(),
        solution.usage());
  }

  Solution solution() {
    return Solution.builder(
            Required.of("problem", problem),
            Required.of("text", text),
            Required.constant(FinishReason.class, "finishReason", finishReason),
            Required.of("usage", usage))
        .chunks(chunks == null ? List.of() : chunks)
        .finalAnswer(Optional.ofNullable(finalAnswer))
        .build();
  }
}
