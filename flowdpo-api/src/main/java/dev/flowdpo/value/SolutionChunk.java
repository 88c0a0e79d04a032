package dev.flowdpo.value;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.StopDecision;
import java.util.Objects;

/**
 * One chunk of a solution and what the judge thought of the answer up to and with it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param tokens ids in the policy's vocabulary, the end of sequence included where it was written
 * @param text the text that these tokens add
 * @param logProbability natural logarithm of the policy's probability of {@code tokens} at
 *     temperature 1
 * @param stopProbability the judge's probability, in [0, 1], that the answer is finished here
 * @param endOfSequence whether the last of {@code tokens} is the end of sequence
 */
public record SolutionChunk(
    TokenIds tokens,
    String text,
    double logProbability,
    double stopProbability,
    boolean endOfSequence) {

  /** Checks that nothing is missing. */
  public SolutionChunk {
    Objects.requireNonNull(tokens, "tokens");
    Objects.requireNonNull(text, "text");
  }

  /**
   * Returns a chunk with the decision that followed it.
   *
   * @param chunk what the policy wrote
   * @param decision what the judge said after it
   * @return both in one
   */
  public static SolutionChunk of(Chunk chunk, StopDecision decision) {
    return new SolutionChunk(
        chunk.tokens(),
        chunk.text(),
        chunk.logProbability(),
        decision.stopProbability(),
        chunk.endOfSequence());
  }
}
