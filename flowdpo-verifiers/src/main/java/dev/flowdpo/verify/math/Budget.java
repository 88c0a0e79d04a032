package dev.flowdpo.verify.math;

import java.util.Optional;

/**
 * What reading or comparing may cost, as a number of steps of about 100 ns on one core. Everything
 * that repeats pays here before it works: loops by their rounds, operations on long numbers by
 * their digits, walks through formulas by their nodes. So what a formula costs, and its outcome,
 * are the same on every machine, and no clock or other thread is needed to end it. An interrupt of
 * the thread ends it too, within about a millisecond. Not thread-safe: one per reading and one per
 * comparison.
 */
final class Budget {
  /** What reading one answer may cost. */
  static final long READING = 50_000;

  /** What comparing two answers may cost, however many ways there are to read them. */
  static final long COMPARISON = 200_000;

  private static final String INTERRUPTED = "interrupted";
  private static final long STEPS_BETWEEN_LOOKS = 5_000;

  private final Optional<Budget> whole;
  private long steps;
  private long untilLook = STEPS_BETWEEN_LOOKS;

  private Budget(long steps, Optional<Budget> whole) {
    this.steps = steps;
    this.whole = whole;
  }

  /** Returns a budget of so many steps. */
  static Budget of(long steps) {
    return new Budget(steps, Optional.empty());
  }

  /** Returns the budget of reading one answer. */
  static Budget ofReading() {
    return of(READING);
  }

  /** Returns the budget of one comparison. */
  static Budget ofComparison() {
    return of(COMPARISON);
  }

  /** Returns a budget for the constants of this package, which no input has a part in. */
  static Budget ofConstants() {
    return of(Long.MAX_VALUE);
  }

  /**
   * Returns a part of what is left, for an attempt that may fail without failing the whole. The
   * whole pays for what the attempt spends, and for no more.
   */
  Budget part(long most) {
    return new Budget(Math.min(most, steps), Optional.of(this));
  }

  /** Returns the steps that are left, for parts of a whole as they know them. */
  long left() {
    return steps;
  }

  /**
   * Pays for some work before it is done.
   *
   * @throws OutOfReachException if there is not enough left, or the thread is interrupted
   */
  void spend(long work) {
    take(work);
    if (steps < 0) {
      throw new OutOfReachException(
          Thread.currentThread().isInterrupted()
              ? INTERRUPTED
              : "it needs more work than is allowed");
    }
    untilLook -= work;
    if (untilLook < 0) {
      untilLook = STEPS_BETWEEN_LOOKS;
      if (Thread.currentThread().isInterrupted()) {
        take(steps); // later attempts must not begin anew
        throw new OutOfReachException(INTERRUPTED);
      }
    }
  }

  private void take(long work) {
    steps -= work;
    whole.ifPresent(budget -> budget.take(work));
  }

  /** Pays for multiplying whole numbers of so many bits. */
  void product(long bits, long otherBits) {
    spend(1 + bits * otherBits / 100_000);
  }

  /** Pays for dividing whole numbers of so many bits. */
  void quotient(long bits, long otherBits) {
    spend(2 + bits * otherBits / 25_000);
  }

  /** Pays for the greatest common divisor of whole numbers of so many bits. */
  void divisor(long bits, long otherBits) {
    long least = Math.min(bits, otherBits);
    spend(2 + bits * otherBits / 25_000 + least * least / 5_000);
  }

  /** Pays for writing a whole number of so many bits in decimal digits, or reading it. */
  void digits(long bits) {
    spend(1 + bits * bits / 40_000);
  }
}
