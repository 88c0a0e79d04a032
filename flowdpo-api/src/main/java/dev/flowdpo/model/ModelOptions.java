package dev.flowdpo.model;

import dev.flowdpo.error.Require;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded: its weights' precision, where quantised weights are kept, threads,
 * lengths, and when its judge stops. What is left open the engine decides for its model. A value
 * out of its range is refused with an {@link dev.flowdpo.error.InvalidInputException}. Immutable
 * and thread-safe.
 */
public final class ModelOptions {
  private static final ModelOptions DEFAULTS =
      new ModelOptions(
          new Values(
              Quantization.NONE,
              Optional.empty(),
              OptionalInt.empty(),
              OptionalInt.empty(),
              Optional.empty(),
              0.5));

  private final Values values;

  private record Values(
      Quantization quantization,
      Optional<Path> cache,
      OptionalInt threads,
      OptionalInt maxTokens,
      Optional<WeightPacking> packing,
      double stopThreshold) {}

  private ModelOptions(Values values) {
    this.values = values;
  }

  /** {@return full precision, all else left to the engine} */
  public static ModelOptions defaults() {
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

  /** {@return how the frozen matrices are held in memory; default {@link Quantization#NONE}} */
  public Quantization quantization() {
    return values.quantization;
  }

  /**
   * {@return the folder for quantised weights, found again by their content; by default the
   * sub-folder {@code flowdpo-cache} of the model's}
   */
  public Optional<Path> cache() {
    return values.cache;
  }

  /** {@return the threads of one native call; 0 takes one a core} */
  public OptionalInt threads() {
    return values.threads;
  }

  /** {@return the most tokens of prompt and answer together, unless the model allows fewer} */
  public OptionalInt maxTokens() {
    return values.maxTokens;
  }

  /** {@return which graphs hold a packed copy of the matrices} */
  public Optional<WeightPacking> packing() {
    return values.packing;
  }

  /**
   * {@return the probability of "finished" from which the engine's judge stops an answer; default
   * 0.5} A higher one lets answers go on longer.
   */
  public double stopThreshold() {
    return values.stopThreshold;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "ModelOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private Quantization quantization;
    private Optional<Path> cache;
    private OptionalInt threads;
    private OptionalInt maxTokens;
    private Optional<WeightPacking> packing;
    private double stopThreshold;

    private Builder(Values values) {
      quantization = values.quantization;
      cache = values.cache;
      threads = values.threads;
      maxTokens = values.maxTokens;
      packing = values.packing;
      stopThreshold = values.stopThreshold;
    }

    /** Sets how the frozen matrices are held in memory. */
    public Builder quantization(Quantization quantization) {
      this.quantization = Objects.requireNonNull(quantization, "quantization");
      return this;
    }

    /** Sets the folder for quantised weights, which is made when it is first needed. */
    public Builder cache(Path cache) {
      this.cache = Optional.of(cache);
      return this;
    }

    /** Sets the threads of one native call, at least 1, or 0 for one a core. */
    public Builder threads(int threads) {
      this.threads = OptionalInt.of(Require.atLeast(0, "threads", threads));
      return this;
    }

    /** Sets the largest number of tokens of a sequence, at least 1. */
    public Builder maxTokens(int maxTokens) {
      this.maxTokens = OptionalInt.of(Require.atLeast(1, "maxTokens", maxTokens));
      return this;
    }

    /** Sets which graphs hold a packed copy of the matrices. */
    public Builder packing(WeightPacking packing) {
      this.packing = Optional.of(packing);
      return this;
    }

    /** Sets the probability from which the engine's judge stops an answer, in (0, 1]. */
    public Builder stopThreshold(double stopThreshold) {
      this.stopThreshold = Require.above(0, 1, "stopThreshold", stopThreshold);
      return this;
    }

    /** {@return the options as set so far} */
    public ModelOptions build() {
      return new ModelOptions(
          new Values(quantization, cache, threads, maxTokens, packing, stopThreshold));
    }
  }
}
