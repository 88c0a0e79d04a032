package dev.flowdpo.policy;

import dev.flowdpo.error.Require;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a flow writes: the size and number of its chunks, its sampling and its seed. Small chunks
 * control reasoning step by step; one large chunk is ordinary single-pass generation. To change a
 * flow's own options use {@code Flow.withOptions(options -> …)}, which keeps what is not set. A
 * value out of its range is refused with an {@link dev.flowdpo.error.InvalidInputException}.
 * Immutable and thread-safe.
 */
public final class FlowOptions {
  private static final FlowOptions DEFAULTS =
      new FlowOptions(new Values(160, 6, SamplingOptions.defaults(), 0));

  private final Values values;

  private record Values(int chunkSize, int maxChunks, SamplingOptions sampling, long seed) {}

  private FlowOptions(Values values) {
    this.values = values;
  }

  /**
   * {@return 6 chunks of 160 tokens as in the paper (arXiv 2410.22304, section 4), {@link
   * SamplingOptions#defaults()} and seed 0}
   */
  public static FlowOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return the most tokens of a chunk; paper: 160} */
  public int chunkSize() {
    return values.chunkSize;
  }

  /** {@return the most chunks of a solution; paper: 6} */
  public int maxChunks() {
    return values.maxChunks;
  }

  /** {@return how the policy draws tokens} */
  public SamplingOptions sampling() {
    return values.sampling;
  }

  /**
   * {@return the seed from which, with a problem's id and a chunk's index, that chunk's derives}
   */
  public long seed() {
    return values.seed;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FlowOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "FlowOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int chunkSize;
    private int maxChunks;
    private SamplingOptions sampling;
    private long seed;

    private Builder(Values values) {
      chunkSize = values.chunkSize;
      maxChunks = values.maxChunks;
      sampling = values.sampling;
      seed = values.seed;
    }

    /** Sets the most tokens of a chunk, at least 1. */
    public Builder chunkSize(int chunkSize) {
      this.chunkSize = Require.atLeast(1, "chunkSize", chunkSize);
      return this;
    }

    /** Sets the most chunks of a solution, at least 1. */
    public Builder maxChunks(int maxChunks) {
      this.maxChunks = Require.atLeast(1, "maxChunks", maxChunks);
      return this;
    }

    /** Sets how the policy draws tokens. */
    public Builder sampling(SamplingOptions sampling) {
      this.sampling = Objects.requireNonNull(sampling, "sampling");
      return this;
    }

    /** Changes what {@code change} sets of {@link #sampling(SamplingOptions)}; all else stays. */
    public Builder sampling(Consumer<SamplingOptions.Builder> change) {
      SamplingOptions.Builder builder = sampling.toBuilder();
      change.accept(builder);
      return sampling(builder.build());
    }

    /** Sets the seed, any number. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** {@return the options as set so far} */
    public FlowOptions build() {
      return new FlowOptions(new Values(chunkSize, maxChunks, sampling, seed));
    }
  }
}
