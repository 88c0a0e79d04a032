package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import java.time.Duration;
import java.util.Objects;

/**
 * How a learner takes in what is submitted to it one by one. A value out of its range is refused
 * with an {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class SubmissionOptions extends ByValue {
  /** What a submission does that finds the queue full. */
  public enum WhenFull {
    /** It waits for room. */
    WAIT,
    /** It throws a {@link dev.flowdpo.error.FlowOverloadedException}. */
    REFUSE
  }

  private static final SubmissionOptions DEFAULTS =
      new SubmissionOptions(new Values(Duration.ofMillis(500), 256, WhenFull.WAIT, false, 200_000));

  private final Values values;

  private record Values(
      Duration groupWait,
      int capacity,
      WhenFull whenFull,
      boolean learnAgain,
      int rememberedProblems) {}

  private SubmissionOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return half a second for a group, room for 256, waiting where that is full} */
  public static SubmissionOptions defaults() {
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

  /** {@return how long the first of a group waits for others; default 500 ms} */
  public Duration groupWait() {
    return values.groupWait;
  }

  /** {@return how many submissions may wait; default 256} */
  public int capacity() {
    return values.capacity;
  }

  /** {@return what happens where more come; by default they wait} */
  public WhenFull whenFull() {
    return values.whenFull;
  }

  /** {@return whether a submitted problem that was learned from before is again; default false} */
  public boolean learnAgain() {
    return values.learnAgain;
  }

  /**
   * {@return of how many problems, the latest, the learner remembers that it has learned from them,
   * by a hash of their ids; default 200,000, some 20 MB}
   */
  public int rememberedProblems() {
    return values.rememberedProblems;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private Duration groupWait;
    private int capacity;
    private WhenFull whenFull;
    private boolean learnAgain;
    private int rememberedProblems;

    private Builder(Values values) {
      groupWait = values.groupWait;
      capacity = values.capacity;
      whenFull = values.whenFull;
      learnAgain = values.learnAgain;
      rememberedProblems = values.rememberedProblems;
    }

    /** Sets how long the first of a group waits for others, longer than zero. */
    public Builder groupWait(Duration groupWait) {
      this.groupWait = Require.positive("groupWait", groupWait);
      return this;
    }

    /** Sets how many submissions may wait, at least 1. */
    public Builder capacity(int capacity) {
      this.capacity = Require.atLeast(1, "capacity", capacity);
      return this;
    }

    /** Sets what happens where more come. */
    public Builder whenFull(WhenFull whenFull) {
      this.whenFull = Objects.requireNonNull(whenFull, "whenFull");
      return this;
    }

    /** Sets whether problems that were learned from before are again. */
    public Builder learnAgain(boolean learnAgain) {
      this.learnAgain = learnAgain;
      return this;
    }

    /** Sets how many problems are remembered, at least 1. */
    public Builder rememberedProblems(int rememberedProblems) {
      this.rememberedProblems = Require.atLeast(1, "rememberedProblems", rememberedProblems);
      return this;
    }

    /** {@return the options as set so far} */
    public SubmissionOptions build() {
      return new SubmissionOptions(
          new Values(groupWait, capacity, whenFull, learnAgain, rememberedProblems));
    }
  }
}
