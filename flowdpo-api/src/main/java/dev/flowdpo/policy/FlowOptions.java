package dev.flowdpo.policy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Objects;

/**
 * How a flow writes: the size and number of its chunks, its sampling and its seed. Small chunks
 * control reasoning step by step; one large chunk is ordinary single-pass generation.
 *
 * <p>Immutable and thread-safe.
 *
 * @param chunkSize the most tokens of a chunk, at least 1
 * @param maxChunks the most chunks of a solution, at least 1
 * @param sampling how the policy draws tokens
 * @param seed from which, with a problem's id and a chunk's index, every chunk's seed derives
 */
public record FlowOptions(int chunkSize, int maxChunks, SamplingOptions sampling, long seed) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if {@code chunkSize} or {@code maxChunks} is below 1
   */
  public FlowOptions {
    Require.atLeast(1, "chunkSize", chunkSize);
    Require.atLeast(1, "maxChunks", maxChunks);
    Objects.requireNonNull(sampling, "sampling");
  }

  /**
   * Returns the values of Flow-DPO (arXiv 2410.22304, section 4): 160 tokens in a chunk, 6 chunks.
   * The paper leaves sampling open; this takes temperature 0.7 with topP 0.9, and seed 0.
   *
   * @return the options
   */
  public static FlowOptions paper() {
    return new FlowOptions(160, 6, new SamplingOptions(0.7, 0, 0.9), 0);
  }

  /**
   * Returns a builder that starts from {@link #paper()}.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return paper().toBuilder();
  }

  /**
   * Returns a builder that starts from these options.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private FlowOptions options;

    private Builder(FlowOptions options) {
      this.options = options;
    }

    /**
     * Sets the most tokens of a chunk.
     *
     * @param chunkSize at least 1
     * @return this builder
     * @throws InvalidInputException if it is below 1
     */
    public Builder chunkSize(int chunkSize) {
      options = new FlowOptions(chunkSize, options.maxChunks, options.sampling, options.seed);
      return this;
    }

    /**
     * Sets the most chunks of a solution.
     *
     * @param maxChunks at least 1
     * @return this builder
     * @throws InvalidInputException if it is below 1
     */
    public Builder maxChunks(int maxChunks) {
      options = new FlowOptions(options.chunkSize, maxChunks, options.sampling, options.seed);
      return this;
    }

    /**
     * Sets how the policy draws tokens.
     *
     * @param sampling the sampling
     * @return this builder
     */
    public Builder sampling(SamplingOptions sampling) {
      options = new FlowOptions(options.chunkSize, options.maxChunks, sampling, options.seed);
      return this;
    }

    /**
     * Sets the seed.
     *
     * @param seed any number
     * @return this builder
     */
    public Builder seed(long seed) {
      options = new FlowOptions(options.chunkSize, options.maxChunks, options.sampling, seed);
      return this;
    }

    /**
     * Returns the options as set so far.
     *
     * @return the options
     */
    public FlowOptions build() {
      return options;
    }
  }
}
