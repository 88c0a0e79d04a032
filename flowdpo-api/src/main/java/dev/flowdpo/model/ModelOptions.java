package dev.flowdpo.model;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model is loaded: its weights' precision, where quantised weights are kept, threads,
 * lengths. What is left open the engine decides for its model.
 *
 * <p>Immutable and thread-safe.
 *
 * @param quantization how the frozen matrices are held in memory; default {@link Quantization#NONE}
 * @param cache the folder for quantised weights; by default the sub-folder {@code flowdpo-cache} of
 *     the model's folder. A file there is found again by the content of the weights
 * @param threads the threads of one native call; 0 takes one a core
 * @param maxTokens the largest number of tokens of a sequence, prompt and answer together, unless
 *     the model allows fewer
 * @param packing which graphs hold a packed copy of the matrices
 */
public record ModelOptions(
    Quantization quantization,
    Optional<Path> cache,
    OptionalInt threads,
    OptionalInt maxTokens,
    Optional<WeightPacking> packing) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if {@code threads} is negative or {@code maxTokens} below 1
   */
  public ModelOptions {
    Objects.requireNonNull(quantization, "quantization");
    Objects.requireNonNull(cache, "cache");
    Objects.requireNonNull(packing, "packing");
    threads.ifPresent(value -> Require.atLeast(0, "threads", value));
    maxTokens.ifPresent(value -> Require.atLeast(1, "maxTokens", value));
  }

  /**
   * Returns the options that leave everything to the engine: full precision.
   *
   * @return the options
   */
  public static ModelOptions defaults() {
    return new ModelOptions(
        Quantization.NONE,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty());
  }

  /**
   * Returns a builder that starts from {@link #defaults()}.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private Quantization quantization = Quantization.NONE;
    private Optional<Path> cache = Optional.empty();
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt maxTokens = OptionalInt.empty();
    private Optional<WeightPacking> packing = Optional.empty();

    private Builder() {}

    /**
     * Sets how the frozen matrices are held in memory.
     *
     * @param quantization the precision
     * @return this builder
     */
    public Builder quantization(Quantization quantization) {
      this.quantization = Objects.requireNonNull(quantization, "quantization");
      return this;
    }

    /**
     * Sets the folder for quantised weights, which is made when it is first needed.
     *
     * @param folder a folder that can be written to
     * @return this builder
     */
    public Builder cache(Path folder) {
      cache = Optional.of(folder);
      return this;
    }

    /**
     * Sets the threads of one native call.
     *
     * @param threads at least 1, or 0 for one a core
     * @return this builder
     * @throws InvalidInputException if it is negative
     */
    public Builder threads(int threads) {
      this.threads = OptionalInt.of(Require.atLeast(0, "threads", threads));
      return this;
    }

    /**
     * Sets the largest number of tokens of a sequence, prompt and answer together.
     *
     * @param maxTokens at least 1
     * @return this builder
     * @throws InvalidInputException if it is below 1
     */
    public Builder maxTokens(int maxTokens) {
      this.maxTokens = OptionalInt.of(Require.atLeast(1, "maxTokens", maxTokens));
      return this;
    }

    /**
     * Sets which graphs hold a packed copy of the matrices.
     *
     * @param packing the graphs
     * @return this builder
     */
    public Builder packing(WeightPacking packing) {
      this.packing = Optional.of(packing);
      return this;
    }

    /**
     * Returns the options as set so far.
     *
     * @return the options
     */
    public ModelOptions build() {
      return new ModelOptions(quantization, cache, threads, maxTokens, packing);
    }
  }
}
