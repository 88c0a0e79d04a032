package dev.flowdpo.policy;

import dev.flowdpo.error.Require;
import java.util.Objects;

/**
 * One row of a {@link FlowPolicy#extend} batch: write the next chunk after this prefix. Immutable
 * and thread-safe.
 *
 * @param prefix what has been written so far; several rows may carry the same instance
 * @param maxTokens the most tokens the chunk may have, the end of sequence included; at least 1
 * @param sampling how to draw tokens
 * @param seed of this row alone: the same prefix, sampling and seed give the same chunk, whatever
 *     else is in the batch
 */
public record ChunkRequest(
    PartialAnswer prefix, int maxTokens, SamplingOptions sampling, long seed) {

  /** Checks the values; {@code maxTokens} below 1 is refused. */
  public ChunkRequest {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(sampling, "sampling");
    Require.atLeast(1, "maxTokens", maxTokens);
  }
}
