package dev.flowdpo.learning;

import dev.flowdpo.error.Require;

/**
 * When updated adapters go live. A gate compares a candidate, the adapters as the learner now has
 * them, with those that are live, and lets it through where it is not worse:
 *
 * <ul>
 *   <li>on held-out problems, where {@link OnlineLearner.Builder#validation} gives some;
 *   <li>else, where {@link #windowProblems} is set, on the problems that come: groups are rolled
 *       out in turn with the candidate and with the live adapters, and their progressive accuracies
 *       over as many problems are compared;
 *   <li>else there is no gate, as in the paper: every update goes live.
 * </ul>
 *
 * <p>A value out of its range is refused with an {@link dev.flowdpo.error.InvalidInputException}.
 * Immutable and thread-safe.
 */
public final class GateOptions extends ByValue {
  private static final GateOptions DEFAULTS = new GateOptions(new Values(8, 0, 0, 3, 4));

  private final Values values;

  private record Values(
      int everyUpdates,
      int windowProblems,
      double tolerance,
      int refusalsBeforeReset,
      int keptVersions) {}

  private GateOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return a check every 8 updates where there is a validation set, no window} */
  public static GateOptions defaults() {
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

  /** {@return after how many updates, of both adapters, a candidate is checked; default 8} */
  public int everyUpdates() {
    return values.everyUpdates;
  }

  /** {@return over how many problems accuracies are compared; 0, the default, for no window} */
  public int windowProblems() {
    return values.windowProblems;
  }

  /** {@return by how much the candidate's accuracy may be lower, in [0, 1]; default 0} */
  public double tolerance() {
    return values.tolerance;
  }

  /**
   * {@return after how many refusals in a row the learner goes back to the live adapters; until
   * then it learns on from its candidate; 0 for never; default 3}
   */
  public int refusalsBeforeReset() {
    return values.refusalsBeforeReset;
  }

  /** {@return how many versions are kept, the live one included; default 4} */
  public int keptVersions() {
    return values.keptVersions;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int everyUpdates;
    private int windowProblems;
    private double tolerance;
    private int refusalsBeforeReset;
    private int keptVersions;

    private Builder(Values values) {
      everyUpdates = values.everyUpdates;
      windowProblems = values.windowProblems;
      tolerance = values.tolerance;
      refusalsBeforeReset = values.refusalsBeforeReset;
      keptVersions = values.keptVersions;
    }

    /** Sets after how many updates a candidate is checked, at least 1. */
    public Builder everyUpdates(int everyUpdates) {
      this.everyUpdates = Require.atLeast(1, "everyUpdates", everyUpdates);
      return this;
    }

    /** Sets over how many problems accuracies are compared, at least 0. */
    public Builder windowProblems(int windowProblems) {
      this.windowProblems = Require.atLeast(0, "windowProblems", windowProblems);
      return this;
    }

    /** Sets by how much the candidate's accuracy may be lower, in [0, 1]. */
    public Builder tolerance(double tolerance) {
      this.tolerance = Require.within(0, 1, "tolerance", tolerance);
      return this;
    }

    /** Sets the refusals in a row before the learner goes back, at least 0. */
    public Builder refusalsBeforeReset(int refusalsBeforeReset) {
      this.refusalsBeforeReset = Require.atLeast(0, "refusalsBeforeReset", refusalsBeforeReset);
      return this;
    }

    /** Sets how many versions are kept, at least 1. */
    public Builder keptVersions(int keptVersions) {
      this.keptVersions = Require.atLeast(1, "keptVersions", keptVersions);
      return this;
    }

    /** {@return the options as set so far} */
    public GateOptions build() {
      return new GateOptions(
          new Values(everyUpdates, windowProblems, tolerance, refusalsBeforeReset, keptVersions));
    }
  }
}
