package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;

/**
 * A completion and what the answer that it led to was worth. Immutable and thread-safe.
 *
 * @param tokens its ids, at least one
 * @param reward of the answer that it led to
 * @param sampled what {@link dev.flowdpo.policy.Chunk#logProbabilities} said of it when it was
 *     written; unknown where it is a decision
 */
public record RewardedCompletion(TokenIds tokens, double reward, LogProbabilities sampled) {
  /** Refuses a completion without tokens. */
  public RewardedCompletion {
    if (tokens.isEmpty()) {
      throw new InvalidInputException("completion: expected at least one token, found none");
    }
    sampled = sampled.ofAsMany("completion", tokens.length());
  }

  /** Makes a completion of which it is not known how likely it was when it was written. */
  public RewardedCompletion(TokenIds tokens, double reward) {
    this(tokens, reward, LogProbabilities.unknown());
  }

  /** Returns a chunk that was written on the way to an answer of this reward. */
  static RewardedCompletion of(Chunk chunk, double reward) {
    return new RewardedCompletion(chunk.tokens(), reward, chunk.logProbabilities());
  }
}
