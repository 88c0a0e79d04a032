package dev.flowdpo.preference;

import dev.flowdpo.error.Require;
import org.jspecify.annotations.Nullable;

/** When two branches form a pair. Immutable and thread-safe. */
public final class PairOptions {
  private static final PairOptions DEFAULTS = new PairOptions(new Values(0.5, true));

  private final Values values;

  private record Values(double rewardMargin, boolean preferEarlierStopOnTie) {}

  private PairOptions(Values values) {
    this.values = values;
  }

  /** {@return margin 0.5, earlier stop preferred} */
  public static PairOptions defaults() {
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

  /** {@return the least difference of rewards that forms a pair; default 0.5} */
  public double rewardMargin() {
    return values.rewardMargin;
  }

  /**
   * {@return whether, where stopping and going on both lead to a correct answer and the rewards
   * make no pair, stopping is preferred; default true} Else nothing speaks for stopping once a
   * problem is solved, and a judge can drift to never stopping.
   */
  public boolean preferEarlierStopOnTie() {
    return values.preferEarlierStopOnTie;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PairOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "PairOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private double rewardMargin;
    private boolean preferEarlierStopOnTie;

    private Builder(Values values) {
      rewardMargin = values.rewardMargin;
      preferEarlierStopOnTie = values.preferEarlierStopOnTie;
    }

    /** Sets the least difference of rewards that forms a pair, in (0, 1]. */
    public Builder rewardMargin(double rewardMargin) {
      this.rewardMargin = Require.above(0, 1, "rewardMargin", rewardMargin);
      return this;
    }

    /** Sets whether the earlier stop is preferred where both decisions are right. */
    public Builder preferEarlierStopOnTie(boolean preferEarlierStopOnTie) {
      this.preferEarlierStopOnTie = preferEarlierStopOnTie;
      return this;
    }

    /** {@return the options as set so far} */
    public PairOptions build() {
      return new PairOptions(new Values(rewardMargin, preferEarlierStopOnTie));
    }
  }
}
