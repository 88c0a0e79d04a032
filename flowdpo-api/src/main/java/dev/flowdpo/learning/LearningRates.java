package dev.flowdpo.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Objects;

/**
 * The learning rates of both adapters, which rise over the warm-up to their peak and go on by a
 * schedule. A value out of its range is refused with an {@link InvalidInputException}. Immutable
 * and thread-safe.
 */
public final class LearningRates extends ByValue {
  private static final LearningRates PAPER =
      new LearningRates(new Values(5e-6, 5e-6, Schedule.CONSTANT, 0, 0));

  private final Values values;

  private record Values(
      double answer, double stop, Schedule schedule, int warmupUpdates, int totalProblems) {}

  private LearningRates(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return 5e-6 throughout, for models of 8 and 14 billion parameters; small ones want more} */
  public static LearningRates paper() {
    return PAPER;
  }

  /** {@return a builder that starts from {@link #paper()}} */
  public static Builder builder() {
    return PAPER.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return the peak rate of the Answer adapter; paper: 5e-6} */
  public double answer() {
    return values.answer;
  }

  /** {@return the peak rate of the Stop adapter; paper: 5e-6} */
  public double stop() {
    return values.stop;
  }

  /** {@return how the rates go on after the warm-up; default constant} */
  public Schedule schedule() {
    return values.schedule;
  }

  /** {@return the steps over which the rates rise in a straight line; default 0} */
  public int warmupUpdates() {
    return values.warmupUpdates;
  }

  /**
   * {@return at which problem the rates of a falling schedule reach 0; default 0, for no horizon}
   */
  public int totalProblems() {
    return values.totalProblems;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private double answer;
    private double stop;
    private Schedule schedule;
    private int warmupUpdates;
    private int totalProblems;

    private Builder(Values values) {
      answer = values.answer;
      stop = values.stop;
      schedule = values.schedule;
      warmupUpdates = values.warmupUpdates;
      totalProblems = values.totalProblems;
    }

    /** Sets the peak rate of the Answer adapter, above 0. */
    public Builder answer(double answer) {
      this.answer = Require.positive("answerLearningRate", answer);
      return this;
    }

    /** Sets the peak rate of the Stop adapter, above 0. */
    public Builder stop(double stop) {
      this.stop = Require.positive("stopLearningRate", stop);
      return this;
    }

    /** Sets how the rates go on; one that falls needs {@link #totalProblems}. */
    public Builder schedule(Schedule schedule) {
      this.schedule = Objects.requireNonNull(schedule, "schedule");
      return this;
    }

    /** Sets the steps of the warm-up, at least 0. */
    public Builder warmupUpdates(int warmupUpdates) {
      this.warmupUpdates = Require.atLeast(0, "warmupUpdates", warmupUpdates);
      return this;
    }

    /** Sets the horizon of a falling schedule, at least 0. */
    public Builder totalProblems(int totalProblems) {
      this.totalProblems = Require.atLeast(0, "totalProblems", totalProblems);
      return this;
    }

    /** {@return the rates as set so far; refused where the schedule falls and has no horizon} */
    public LearningRates build() {
      if (schedule != Schedule.CONSTANT && totalProblems == 0) {
        throw new InvalidInputException(
            "totalProblems: expected at least 1 with schedule "
                + schedule
                + ", found 0. Set it to the number of problems that will be learned from.");
      }
      return new LearningRates(new Values(answer, stop, schedule, warmupUpdates, totalProblems));
    }
  }
}
