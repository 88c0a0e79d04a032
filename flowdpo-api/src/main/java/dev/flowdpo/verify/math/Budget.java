package dev.flowdpo.verify.math;

import java.time.Duration;

/**
 * What one comparison may cost. Work is counted in steps of about 100 ns, so that the outcome does
 * not depend on the machine; the clock is only the second net. Not thread-safe: one per comparison.
 */
final class Budget {
  private static final int CLOCK_INTERVAL = 1024;

  private final long deadline;
  private long steps;
  private int untilClock = CLOCK_INTERVAL;

  Budget(long steps, Duration time) {
    this.steps = steps;
    this.deadline = System.nanoTime() + time.toNanos();
  }

  /** Returns the budget of one comparison. */
  static Budget ofComparison() {
    return new Budget(1_000_000, Duration.ofSeconds(2));
  }

  /** Returns a part of what is left, for an attempt that may fail without failing the whole. */
  Budget part(long most) {
    long share = Math.min(most, steps);
    steps -= share / 2;
    return new Budget(share, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
  }

  /**
   * Pays for some work.
   *
   * @throws OutOfReachException if nothing is left
   */
  void spend(long work) {
    steps -= work;
    if (steps < 0) {
      throw new OutOfReachException("the comparison needs more work than is allowed");
    }
    if (--untilClock == 0) {
      untilClock = CLOCK_INTERVAL;
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        throw new OutOfReachException("the comparison takes longer than is allowed");
      }
    }
  }
}
