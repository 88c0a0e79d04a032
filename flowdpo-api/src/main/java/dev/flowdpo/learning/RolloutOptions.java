package dev.flowdpo.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.time.Duration;

/**
 * How problems are explored and their answers judged. A value out of its range is refused with an
 * {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class RolloutOptions extends ByValue {
  private static final RolloutOptions DEFAULTS =
      new RolloutOptions(new Values(8, 1, Duration.ofSeconds(10), 1, 0));

  private final Values values;

  private record Values(
      int problemsPerGroup,
      int rolloutsPerNode,
      Duration verifierTimeLimit,
      int parallelVerifications,
      int lag) {}

  private RolloutOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return 8 problems a batch, 1 alternative at a node, 10 s for a verification, no lag} */
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

  /**
   * {@return by how many groups' updates the adapters that roll out a group of a stream may be
   * behind: 0, 1 or 2; default 0} With a lag, rollouts run beside updates on a thread of their own,
   * {@link OnlineLearner#learn} reads so many groups ahead, and every pair tells its {@link
   * dev.flowdpo.preference.PreferencePair#rolloutVersion}.
   *
   * <p>The first groups and those after each {@link LearnerOptions#checkpointEveryProblems} are
   * rolled out with what is live then; the others are always as far behind, whatever takes how
   * long, so that a run repeats, also when it was killed. What was begun ahead goes on while the
   * learner is paused, and is dropped, and not counted, where learning ends early: a run that is
   * stopped goes on from there without what it had begun. Submissions and feedback have no lag; a
   * gate cannot have one.
   */
  public int lag() {
    return values.lag;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int problemsPerGroup;
    private int rolloutsPerNode;
    private Duration verifierTimeLimit;
    private int parallelVerifications;
    private int lag;

    private Builder(Values values) {
      problemsPerGroup = values.problemsPerGroup;
      rolloutsPerNode = values.rolloutsPerNode;
      verifierTimeLimit = values.verifierTimeLimit;
      parallelVerifications = values.parallelVerifications;
      lag = values.lag;
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

    /** Sets by how many groups' updates rollouts may be behind: 0, 1 or 2. */
    public Builder lag(int lag) {
      if (lag < 0 || lag > 2) {
        throw new InvalidInputException("lag: expected 0, 1 or 2, found " + lag);
      }
      this.lag = lag;
      return this;
    }

    /** {@return the options as set so far} */
    public RolloutOptions build() {
      return new RolloutOptions(
          new Values(
              problemsPerGroup, rolloutsPerNode, verifierTimeLimit, parallelVerifications, lag));
    }
  }
}
