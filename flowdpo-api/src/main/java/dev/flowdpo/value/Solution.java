package dev.flowdpo.value;

import java.util.List;
import java.util.Objects;

/**
 * What a flow wrote for a problem.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problem the problem
 * @param text the whole solution: the chunks' texts, one after another, without blanks at the ends
 * @param finalAnswer the answer found in the text by {@link
 *     dev.flowdpo.answer.FinalAnswer#extract}; {@code ""} where there is none
 * @param chunks the chunks, first to last; copied
 * @param finishReason why the solution ends here
 * @param usage what it cost
 */
public record Solution(
    Problem problem,
    String text,
    String finalAnswer,
    List<SolutionChunk> chunks,
    FinishReason finishReason,
    Usage usage) {

  /** Checks that nothing is missing and copies the chunks. */
  public Solution {
    Objects.requireNonNull(problem, "problem");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(finalAnswer, "finalAnswer");
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(usage, "usage");
    chunks = List.copyOf(chunks);
  }
}
