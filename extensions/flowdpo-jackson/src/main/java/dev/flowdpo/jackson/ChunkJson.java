package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** One chunk of a solution; ids and log-probability only where they are known. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record ChunkJson(
    @Nullable String text,
    @Nullable TokenIds tokens,
    @Nullable Double logProbability,
    double stopProbability,
    boolean endOfSequence) {

  static ChunkJson of(SolutionChunk chunk) {
    return new ChunkJson(
        chunk.text(),
        chunk.tokens().isEmpty() ? null : chunk.tokens(),
        chunk.logProbability().isPresent() ? chunk.logProbability().getAsDouble() : null,
        chunk.stopProbability(),
        chunk.endOfSequence());
  }

  SolutionChunk chunk() {
    return SolutionChunk.of(
        tokens == null ? TokenIds.of() : tokens,
        Required.of("text", text),
        logProbability == null ? OptionalDouble.empty() : OptionalDouble.of(logProbability),
        stopProbability,
        endOfSequence);
  }
}
