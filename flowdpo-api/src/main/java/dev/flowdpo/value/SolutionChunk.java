package dev.flowdpo.value;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One chunk of a solution and what the judge thought of the answer up to and with it. Equal by
 * content. Immutable and thread-safe.
 */
public final class SolutionChunk {
  private final TokenIds tokens;
  private final String text;
  private final OptionalDouble logProbability;
  private final double stopProbability;
  private final boolean endOfSequence;

  private SolutionChunk(
      TokenIds tokens,
      String text,
      OptionalDouble logProbability,
      double stopProbability,
      boolean endOfSequence) {
    this.tokens = Objects.requireNonNull(tokens, "tokens");
    this.text = Objects.requireNonNull(text, "text");
    this.logProbability = Objects.requireNonNull(logProbability, "logProbability");
    this.stopProbability = stopProbability;
    this.endOfSequence = endOfSequence;
  }

  /**
   * Returns a chunk.
   *
   * @param tokens ids in the policy's vocabulary, the end of sequence included where it was
   *     written; none where the policy tells its text only
   * @param text the text that these tokens add
   * @param logProbability natural logarithm of the policy's probability of {@code tokens} at
   *     temperature 1; empty where the policy does not tell it
   * @param stopProbability the judge's probability, in [0, 1], that the answer is finished here
   * @param endOfSequence whether the last of {@code tokens} is the end of sequence
   */
  public static SolutionChunk of(
      TokenIds tokens,
      String text,
      OptionalDouble logProbability,
      double stopProbability,
      boolean endOfSequence) {
    return new SolutionChunk(tokens, text, logProbability, stopProbability, endOfSequence);
  }

  /**
   * {@return the ids, the end of sequence included where it was written; none where the policy told
   * its text only}
   */
  public TokenIds tokens() {
    return tokens;
  }

  /** {@return the ids without the end of sequence; may be empty} */
  public TokenIds contentTokens() {
    return endOfSequence && !tokens.isEmpty() ? tokens.slice(0, tokens.length() - 1) : tokens;
  }

  /** {@return the text that the tokens add} */
  public String text() {
    return text;
  }

  /**
   * {@return natural logarithm of the policy's probability of the tokens at temperature 1; empty
   * where the policy does not tell it}
   */
  public OptionalDouble logProbability() {
    return logProbability;
  }

  /** {@return the judge's probability, in [0, 1], that the answer is finished here} */
  public double stopProbability() {
    return stopProbability;
  }

  /** {@return whether the last token is the end of sequence} */
  public boolean endOfSequence() {
    return endOfSequence;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SolutionChunk that
        && tokens.equals(that.tokens)
        && text.equals(that.text)
        && logProbability.equals(that.logProbability)
        && Double.compare(stopProbability, that.stopProbability) == 0
        && endOfSequence == that.endOfSequence;
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, text, logProbability, stopProbability, endOfSequence);
  }

  /** {@return all parts, for logs} */
  @Override
  public String toString() {
    return "SolutionChunk[tokens=%s, text=%s, logProbability=%s, stopProbability=%s, endOfSequence=%s]"
        .formatted(tokens, text, logProbability, stopProbability, endOfSequence);
  }
}
