package dev.flowdpo.runtime.memory;

import com.google.common.base.Preconditions;

/**
 * How much is decoded at once. Immutable and thread-safe.
 *
 * @param batch the number of answers that are written at the same time, each after a prefix of its
 *     own
 * @param promptTokens the tokens of a prefix: question and the answer so far
 * @param chunkTokens the tokens of the chunk that is written
 */
public record DecodingLoad(int batch, int promptTokens, int chunkTokens) {
  /** Checks that all numbers are positive. */
  public DecodingLoad {
    Preconditions.checkArgument(batch >= 1, "batch must be positive, found %s", batch);
    Preconditions.checkArgument(
        promptTokens >= 1, "promptTokens must be positive, found %s", promptTokens);
    Preconditions.checkArgument(
        chunkTokens >= 1, "chunkTokens must be positive, found %s", chunkTokens);
  }
}
