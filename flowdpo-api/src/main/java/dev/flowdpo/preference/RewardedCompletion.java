package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A completion and what the answer that it led to was worth. Immutable and thread-safe.
 *
 * @param tokens its ids, at least one
 * @param reward of the answer that it led to
 * @param logProbability what the sampler said of it; empty where that is not known
 */
public record RewardedCompletion(TokenIds tokens, double reward, OptionalDouble logProbability) {
  /** Refuses a completion without tokens. */
  public RewardedCompletion {
    Objects.requireNonNull(logProbability, "logProbability");
    if (tokens.isEmpty()) {
      throw new InvalidInputException("completion: expected at least one token, found none");
    }
  }
}
