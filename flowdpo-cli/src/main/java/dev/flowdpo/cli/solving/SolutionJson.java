package dev.flowdpo.cli.solving;

import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.util.List;

/** A solution as {@code solve --json} prints it. */
record SolutionJson(
    String question, String text, String finalAnswer, List<ChunkJson> chunks, String finishReason) {

  /** One chunk of a solution. */
  record ChunkJson(String text, List<Integer> tokens, double logProb, double stopProbability) {
    static ChunkJson of(SolutionChunk chunk) {
      return new ChunkJson(
          chunk.text(), chunk.tokens().asList(), chunk.logProbability(), chunk.stopProbability());
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
