package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import org.jspecify.annotations.Nullable;

/** One chunk of a solution. */
@JsonIgnoreProperties(ignoreUnknown = true)
record ChunkJson(
    @Nullable String text,
    @Nullable TokenIds tokens,
    double logProbability,
    double stopProbability,
    boolean endOfSequence) {

  static ChunkJson of(SolutionChunk chunk) {
    return new ChunkJson(
        chunk.text(),
        chunk.tokens(),
        chunk.logProbability(),
        chunk.stopProbability(),
        chunk.endOfSequence());
  }

  SolutionChunk chunk() {
    return SolutionChunk.of(
        Required.of("tokens", tokens),
        Required.of("text", text),
        logProbability,
        stopProbability,
        endOfSequence);
  }
}
