package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import java.util.Objects;

/**
 * Which traces are good enough to learn from. A value out of its range is refused with an {@link
 * dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class TraceOptions extends ByValue {
  private static final TraceOptions DEFAULTS =
      new TraceOptions(new Values(0.5, 1, Integer.MAX_VALUE, 1, Preference.FIRST));

  private final Values values;

  private record Values(
      double minReward, int minTokens, int maxTokens, int perProblem, Preference preference) {}

  private TraceOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return correct traces of any length, the first of each question} */
  public static TraceOptions defaults() {
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

  /** Which of several traces of one question stay. */
  public enum Preference {
    /** Those that were collected first. */
    FIRST,
    /** Those with the fewest tokens, and of equally long ones those collected first. */
    SHORTEST
  }

  /** {@return the least reward; default 0.5, from which a verdict counts as correct} */
  public double minReward() {
    return values.minReward;
  }

  /** {@return the fewest tokens of a trace; default 1} */
  public int minTokens() {
    return values.minTokens;
  }

  /** {@return the most tokens of a trace; default no limit} */
  public int maxTokens() {
    return values.maxTokens;
  }

  /** {@return the most traces of one question; default 1, as in the paper} */
  public int perProblem() {
    return values.perProblem;
  }

  /** {@return which of them stay where there are more; default {@link Preference#FIRST}} */
  public Preference preference() {
    return values.preference;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private double minReward;
    private int minTokens;
    private int maxTokens;
    private int perProblem;
    private Preference preference;

    private Builder(Values values) {
      minReward = values.minReward;
      minTokens = values.minTokens;
      maxTokens = values.maxTokens;
      perProblem = values.perProblem;
      preference = values.preference;
    }

    /** Sets the least reward, in [0, 1]. */
    public Builder minReward(double minReward) {
      this.minReward = Require.within(0, 1, "minReward", minReward);
      return this;
    }

    /** Sets the fewest tokens of a trace, at least 1 and at most {@link #maxTokens}. */
    public Builder minTokens(int minTokens) {
      this.minTokens = Require.atLeast(1, "minTokens", minTokens);
      return this;
    }

    /** Sets the most tokens of a trace, at least {@link #minTokens}. */
    public Builder maxTokens(int maxTokens) {
      this.maxTokens = maxTokens;
      return this;
    }

    /** Sets the most traces of one question, at least 1. */
    public Builder perProblem(int perProblem) {
      this.perProblem = Require.atLeast(1, "perProblem", perProblem);
      return this;
    }

    /** Sets which traces stay where a question has more. */
    public Builder preference(Preference preference) {
      this.preference = Objects.requireNonNull(preference, "preference");
      return this;
    }

    /**
     * {@return the options as set so far; refused where {@code maxTokens} is below {@code
     * minTokens}}
     */
    public TraceOptions build() {
      Require.atLeast(minTokens, "maxTokens", maxTokens);
      return new TraceOptions(new Values(minReward, minTokens, maxTokens, perProblem, preference));
    }
  }
}
