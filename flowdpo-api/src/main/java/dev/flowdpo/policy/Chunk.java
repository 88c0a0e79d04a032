package dev.flowdpo.policy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.TokenIds;
import java.util.Objects;

/**
 * One piece of a solution, as a policy wrote it. The token ids are the truth; the text is for
 * people and verifiers.
 *
 * <p>Immutable and thread-safe.
 *
 * @param tokens ids in the policy's vocabulary, at least one; where {@code endOfSequence}, the last
 *     one is the end-of-sequence id
 * @param text the text that these tokens add to the answer, without special tokens; the texts of an
 *     answer's chunks, one after another, are the text of the answer
 * @param logProbability sum over {@code tokens} (the end of sequence included) of the natural
 *     logarithm of the policy's probability at temperature 1, without top-k and top-p
 * @param endOfSequence whether the policy ended its output here
 */
public record Chunk(TokenIds tokens, String text, double logProbability, boolean endOfSequence) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if there are no tokens or the log-probability is not a number
   */
  public Chunk {
    Objects.requireNonNull(tokens, "tokens");
    Objects.requireNonNull(text, "text");
    if (tokens.isEmpty()) {
      throw new InvalidInputException(
          "Chunk: expected at least one token, found none. A policy that has nothing to add"
              + " returns its end-of-sequence token.");
    }
    Require.finite("logProbability of a chunk", logProbability);
  }

  /**
   * Returns the tokens without the end of sequence.
   *
   * @return {@code tokens}, less the last one where {@code endOfSequence}; may be empty
   */
  public TokenIds contentTokens() {
    return endOfSequence ? tokens.slice(0, tokens.length() - 1) : tokens;
  }
}
