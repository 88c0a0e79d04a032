package dev.flowdpo.policy;

import dev.flowdpo.error.Require;
import org.jspecify.annotations.Nullable;

/**
 * How a policy draws the next token from its distribution: the logits are divided by the
 * temperature, then cut to the {@code topK} likeliest tokens, then to the smallest set of likeliest
 * tokens whose probabilities sum to at least {@code topP}. The paper does not state its sampling
 * (arXiv 2410.22304). A value out of its range is refused with an {@link
 * dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class SamplingOptions {
  private static final SamplingOptions DEFAULTS = new SamplingOptions(new Values(0.7, 0, 0.9));

  private final Values values;

  private record Values(double temperature, int topK, double topP) {}

  private SamplingOptions(Values values) {
    this.values = values;
  }

  /** {@return temperature 0.7 with topP 0.9} */
  public static SamplingOptions defaults() {
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

  /** {@return the likeliest token always: temperature 0, no cuts} */
  public static SamplingOptions greedy() {
    return of(0);
  }

  /** {@return this temperature, at least 0, without cuts} */
  public static SamplingOptions of(double temperature) {
    return builder().temperature(temperature).topK(0).topP(1).build();
  }

  /** {@return whether the likeliest token is always taken: temperature 0} */
  public boolean isGreedy() {
    return values.temperature == 0;
  }

  /** {@return the temperature; 0 takes the likeliest token always} */
  public double temperature() {
    return values.temperature;
  }

  /** {@return how many of the likeliest tokens are kept; 0 for all} */
  public int topK() {
    return values.topK;
  }

  /** {@return the probability that the kept tokens reach; 1 for all} */
  public double topP() {
    return values.topP;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SamplingOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "SamplingOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private double temperature;
    private int topK;
    private double topP;

    private Builder(Values values) {
      temperature = values.temperature;
      topK = values.topK;
      topP = values.topP;
    }

    /** Sets the temperature, at least 0. */
    public Builder temperature(double temperature) {
      this.temperature = Require.notNegative("temperature", temperature);
      return this;
    }

    /** Sets how many of the likeliest tokens are kept, at least 0; 0 for all. */
    public Builder topK(int topK) {
      this.topK = Require.atLeast(0, "topK", topK);
      return this;
    }

    /** Sets the probability that the kept tokens reach, in (0, 1]; 1 for all. */
    public Builder topP(double topP) {
      this.topP = Require.above(0, 1, "topP", topP);
      return this;
    }

    /** {@return the options as set so far} */
    public SamplingOptions build() {
      return new SamplingOptions(new Values(temperature, topK, topP));
    }
  }
}
