package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import java.time.Duration;

/**
 * How problems are explored and their answers judged. A value out of its range is refused with an
 * {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class RolloutOptions extends ByValue {
  private static final RolloutOptions DEFAULTS =
      new RolloutOptions(new Values(8, 1, Duration.ofSeconds(10), 1));

  private final Values values;

  private record Values(
      int problemsPerGroup,
      int rolloutsPerNode,
      Duration verifierTimeLimit,
      int parallelVerifications) {}

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

  /**
   * {@return how many answers are judged at one time, on virtual threads where the JDK has them; a
   * {@link dev.flowdpo.rollout.BatchVerifier} gets all of them in one call all the same; default 1.
   * Verdicts and their order do not hang on it}
   */
  public int parallelVerifications() {
    return values.parallelVerifications;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int problemsPerGroup;
    private int rolloutsPerNode;
    private Duration verifierTimeLimit;
    private int parallelVerifications;

    private Builder(Values values) {
      problemsPerGroup = values.problemsPerGroup;
      rolloutsPerNode = values.rolloutsPerNode;
      verifierTimeLimit = values.verifierTimeLimit;
      parallelVerifications = values.parallelVerifications;
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

    /** Sets how many answers are judged at one time, at least 1. */
    public Builder parallelVerifications(int parallelVerifications) {
      this.parallelVerifications =
          Require.atLeast(1, "parallelVerifications", parallelVerifications);
      return this;
    }

    /** {@return the options as set so far} */
    public RolloutOptions build() {
      return new RolloutOptions(
          new Values(problemsPerGroup, rolloutsPerNode, verifierTimeLimit, parallelVerifications));
    }
  }
}
