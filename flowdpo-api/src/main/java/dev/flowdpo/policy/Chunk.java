package dev.flowdpo.policy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.TokenIds;
import java.util.Objects;

/**
 * One piece of a solution, as a policy wrote it. The token ids are the truth; the text is for
 * people and verifiers. Equal by content. Immutable and thread-safe.
 */
public final class Chunk {
  private final TokenIds tokens;
  private final String text;
  private final double logProbability;
  private final boolean endOfSequence;

  private Chunk(TokenIds tokens, String text, double logProbability, boolean endOfSequence) {
    this.tokens = Objects.requireNonNull(tokens, "tokens");
    this.text = Objects.requireNonNull(text, "text");
    if (tokens.isEmpty()) {
      throw new InvalidInputException(
          "Chunk: expected at least one token, found none. A policy that has nothing to add"
              + " returns its end-of-sequence token.");
    }
    this.logProbability = Require.finite("logProbability of a chunk", logProbability);
    this.endOfSequence = endOfSequence;
  }

  /**
   * Returns a chunk.
   *
   * @param tokens ids in the policy's vocabulary, at least one; where {@code endOfSequence}, the
   *     last one is the end-of-sequence id
   * @param text the text that these tokens add to the answer, without special tokens; the texts of
   *     an answer's chunks, one after another, are the text of the answer
   * @param logProbability sum over {@code tokens} (the end of sequence included) of the natural
   *     logarithm of the policy's probability at temperature 1, without top-k and top-p
   * @param endOfSequence whether the policy ended its output here
   * @throws InvalidInputException if there are no tokens or the log-probability is not finite
   */
  public static Chunk of(
      TokenIds tokens, String text, double logProbability, boolean endOfSequence) {
    return new Chunk(tokens, text, logProbability, endOfSequence);
  }

  /** {@return the ids, the end of sequence included; at least one} */
  public TokenIds tokens() {
    return tokens;
  }

  /** {@return the ids without the end of sequence; may be empty} */
  public TokenIds contentTokens() {
    return endOfSequence ? tokens.slice(0, tokens.length() - 1) : tokens;
  }

  /** {@return the text that the tokens add, without special tokens} */
  public String text() {
    return text;
  }

  /** {@return natural logarithm of the policy's probability of the tokens at temperature 1} */
  public double logProbability() {
    return logProbability;
  }

  /** {@return whether the policy ended its output here} */
  public boolean endOfSequence() {
    return endOfSequence;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Chunk that
        && tokens.equals(that.tokens)
        && text.equals(that.text)
        && Double.compare(logProbability, that.logProbability) == 0
        && endOfSequence == that.endOfSequence;
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, text, logProbability, endOfSequence);
  }

  /** {@return all parts, for logs} */
  @Override
  public String toString() {
    return "Chunk[tokens=%s, text=%s, logProbability=%s, endOfSequence=%s]"
        .formatted(tokens, text, logProbability, endOfSequence);
  }
}
