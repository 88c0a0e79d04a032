package dev.flowdpo.policy;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One piece of a solution, as a policy wrote it. Where there are token ids they are the truth, and
 * the text is for people and verifiers; a remote model may tell its text only, from which no engine
 * can learn. Equal by content. Immutable and thread-safe.
 */
public final class Chunk {
  private final TokenIds tokens;
  private final String text;
  private final LogProbabilities logProbabilities;
  private final boolean endOfSequence;

  private Chunk(
      TokenIds tokens, String text, LogProbabilities logProbabilities, boolean endOfSequence) {
    this.tokens = Objects.requireNonNull(tokens, "tokens");
    this.text = Objects.requireNonNull(text, "text");
    this.logProbabilities = logProbabilities.ofAsMany("Chunk", tokens.length());
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
    if (tokens.isEmpty()) {
      throw new InvalidInputException(
          "Chunk: expected at least one token, found none. A policy that has nothing to add"
              + " returns its end-of-sequence token, and one that knows no tokens a Chunk.ofText.");
    }
    return of(tokens, text, LogProbabilities.ofSum(logProbability), endOfSequence);
  }

  /**
   * Returns a chunk of which the text is known, and perhaps more.
   *
   * @param tokens as above, or none where they are not known
   * @param logProbabilities of each token, of all together, or unknown
   * @throws InvalidInputException if there are those of other than as many tokens
   */
  public static Chunk of(
      TokenIds tokens, String text, LogProbabilities logProbabilities, boolean endOfSequence) {
    return new Chunk(tokens, text, logProbabilities, endOfSequence);
  }

  /** {@return a chunk of a solution, as a policy wrote it} */
  public static Chunk of(SolutionChunk chunk) {
    return of(
        chunk.tokens(),
        chunk.text(),
        LogProbabilities.ofSum(chunk.logProbability()),
        chunk.endOfSequence());
  }

  /** {@return a chunk of which only the text is known; it may be empty} */
  public static Chunk ofText(String text, boolean endOfSequence) {
    return of(TokenIds.of(), text, LogProbabilities.unknown(), endOfSequence);
  }

  /** {@return whether the ids are known} */
  public boolean hasTokens() {
    return !tokens.isEmpty();
  }

  /**
   * {@return the ids, the end of sequence included; at least one}
   *
   * @throws FlowException if the policy told its text only, see {@link #hasTokens}
   */
  public TokenIds tokens() {
    if (tokens.isEmpty()) {
      throw new FlowException(
          "Chunk: expected token ids, found the text alone, as a remote model gives it. An engine"
              + " judges and learns by ids: use a policy that gives those of the engine's model.");
    }
    return tokens;
  }

  /**
   * {@return the ids without the end of sequence; may be empty}
   *
   * @throws FlowException if the policy told its text only, see {@link #hasTokens}
   */
  public TokenIds contentTokens() {
    return endOfSequence ? tokens().slice(0, tokens.length() - 1) : tokens();
  }

  /** {@return whether the other writes the same: the same ids, or text where one has no ids} */
  public boolean writesSame(Chunk other) {
    return (hasTokens() && other.hasTokens())
        ? tokens.equals(other.tokens)
        : text.equals(other.text) && endOfSequence == other.endOfSequence;
  }

  /** {@return the text that the tokens add, without special tokens} */
  public String text() {
    return text;
  }

  /**
   * {@return natural logarithm of the policy's probability of the tokens at temperature 1; empty
   * where the policy does not tell it}
   */
  public OptionalDouble logProbability() {
    return logProbabilities.sum();
  }

  /** {@return what the policy tells of how likely it found the tokens, perhaps each} */
  public LogProbabilities logProbabilities() {
    return logProbabilities;
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
        && logProbabilities.equals(that.logProbabilities)
        && endOfSequence == that.endOfSequence;
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, text, logProbabilities, endOfSequence);
  }

  /** {@return all parts, for logs} */
  @Override
  public String toString() {
    return "Chunk[tokens=%s, text=%s, logProbability=%s, endOfSequence=%s]"
        .formatted(tokens, text, logProbabilities, endOfSequence);
  }
}
