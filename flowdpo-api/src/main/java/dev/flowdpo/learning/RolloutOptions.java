package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import java.time.Duration;

/**
 * How problems are explored and their answers judged. A value out of its range is refused with an
 * {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class RolloutOptions extends ByValue {
  private static final RolloutOptions DEFAULTS =
      new RolloutOptions(new Values(8, 1, Duration.ofSeconds(10)));

  private final Values values;

  private record Values(int problemsPerGroup, int rolloutsPerNode, Duration verifierTimeLimit) {}

  private RolloutOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return 8 problems a batch, 1 alternative at a node, 10 s for a verification} */
  public static RolloutOptions defaults() {
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

  /**
   * {@return the problems that are rolled out as one batch, all under the same adapters; default 8}
   */
  public int problemsPerGroup() {
    return values.problemsPerGroup;
  }

  /** {@return the alternative chunks tried at each output node; default 1} */
  public int rolloutsPerNode() {
    return values.rolloutsPerNode;
  }

  /** {@return the longest that one verification may take; default 10 s} */
  public Duration verifierTimeLimit() {
    return values.verifierTimeLimit;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int problemsPerGroup;
    private int rolloutsPerNode;
    private Duration verifierTimeLimit;

    private Builder(Values values) {
      problemsPerGroup = values.problemsPerGroup;
      rolloutsPerNode = values.rolloutsPerNode;
      verifierTimeLimit = values.verifierTimeLimit;
    }

    /** Sets the problems of a batch, at least 1. */
    public Builder problemsPerGroup(int problemsPerGroup) {
      this.problemsPerGroup = Require.atLeast(1, "problemsPerGroup", problemsPerGroup);
      return this;
    }

    /** Sets the alternative chunks of a node, at least 0. */
    public Builder rolloutsPerNode(int rolloutsPerNode) {
      this.rolloutsPerNode = Require.atLeast(0, "rolloutsPerNode", rolloutsPerNode);
      return this;
    }

    /** Sets the time limit of one verification, longer than zero. */
    public Builder verifierTimeLimit(Duration verifierTimeLimit) {
      this.verifierTimeLimit = Require.positive("verifierTimeLimit", verifierTimeLimit);
      return this;
    }

    /** {@return the options as set so far} */
    public RolloutOptions build() {
      return new RolloutOptions(new Values(problemsPerGroup, rolloutsPerNode, verifierTimeLimit));
    }
  }
}
