package dev.flowdpo.cli.solving;

import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A solution as {@code solve --json} prints it. */
record SolutionJson(
    String question, String text, String finalAnswer, List<ChunkJson> chunks, String finishReason) {

  /** One chunk of a solution. */
  record ChunkJson(
      String text, List<Integer> tokens, @Nullable Double logProb, double stopProbability) {
    static ChunkJson of(SolutionChunk chunk) {
      @Nullable Double logProb =
          chunk.logProbability().isPresent() ? chunk.logProbability().getAsDouble() : null;
      return new ChunkJson(chunk.text(), chunk.tokens().asList(), logProb, chunk.stopProbability());
    }
  }

  static SolutionJson of(Solution solution) {
    return new SolutionJson(
        solution.problem().question(),
        solution.text(),
        solution.finalAnswer().orElse(""),
        solution.chunks().stream().map(ChunkJson::of).toList(),
        solution.finishReason().name());
  }
}
