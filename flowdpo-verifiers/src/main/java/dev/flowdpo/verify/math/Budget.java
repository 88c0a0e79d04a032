package dev.flowdpo.verify.math;

import java.time.Duration;
import java.util.Optional;

/**
 * What one comparison may cost. Work is counted in steps of about 100 ns, so that the outcome does
 * not depend on the machine; the clock is only the second net. Not thread-safe: one per comparison.
 */
final class Budget {
  private static final int CLOCK_INTERVAL = 1024;

  private final long deadline;
  private final Optional<Budget> whole;
  private long steps;
  private int untilClock = CLOCK_INTERVAL;

  Budget(long steps, Duration time) {
    this(steps, System.nanoTime() + time.toNanos(), Optional.empty());
  }

  private Budget(long steps, long deadline, Optional<Budget> whole) {
    this.steps = steps;
    this.deadline = deadline;
    this.whole = whole;
  }

  /** Returns the budget of one comparison. */
  static Budget ofComparison() {
    return new Budget(1_000_000, Duration.ofSeconds(2));
  }

  /**
   * Returns a part of what is left, for an attempt that may fail without failing the whole. The
   * whole pays for what the attempt spends, and for no more.
   */
  Budget part(long most) {
    return new Budget(Math.min(most, steps), deadline, Optional.of(this));
  }

  /**
   * Pays for some work.
   *
   * @throws OutOfReachException if nothing is left
   */
  void spend(long work) {
    steps -= work;
    whole.ifPresent(budget -> budget.steps -= work);
    if (steps < 0) {
      throw new OutOfReachException("the comparison needs more work than is allowed");
    }
    if (--untilClock == 0) {
      untilClock = CLOCK_INTERVAL;
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        steps = 0; // later attempts must not begin anew
        whole.ifPresent(budget -> budget.steps = 0);
        throw new OutOfReachException("the comparison takes longer than is allowed");
      }
    }
  }
}
