package dev.flowdpo.runtime.memory;

import com.google.common.base.Preconditions;

/**
 * How much an update learns from. Immutable and thread-safe.
 *
 * @param pairs the number of preference pairs
 * @param tokens the tokens of a sequence, prompt and completion together; a pair has two
 * @param completionTokens the tokens of a completion, whose log-probabilities are computed
 * @param dropout whether the adapter drops inputs while it learns, which takes masks
 */
public record TrainingLoad(int pairs, int tokens, int completionTokens, boolean dropout) {
  /** Checks that all numbers are positive, and that completions are shorter than sequences. */
  public TrainingLoad {
    Preconditions.checkArgument(pairs >= 1, "pairs must be positive, found %s", pairs);
    Preconditions.checkArgument(
        completionTokens >= 1, "completionTokens must be positive, found %s", completionTokens);
    Preconditions.checkArgument(
        tokens > completionTokens,
        "tokens must be more than the %s of the completion, found %s",
        completionTokens,
        tokens);
  }
}
