package dev.flowdpo.rollout;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a guard with too many hanging verifications tries another one: after a while, which doubles
 * with each that hangs again, so that their number grows with the logarithm of time; where one
 * ends, the next may follow at once. Thread-safe.
 */
final class Retries {
  private static final long LONGEST = Duration.ofDays(1).toNanos();

  private final LongSupplier clock;
  private long pause;
  private long next;

  /** Creates it with the first pause, and a clock of nanoseconds. */
  Retries(Duration first, LongSupplier clock) {
    this.clock = clock;
    this.pause = Math.min(first.toNanos(), LONGEST);
    this.next = clock.getAsLong();
  }

  /** Says whether one may be tried now; another one then waits for it to end, or for its time. */
  synchronized boolean begin() {
    long now = clock.getAsLong();
    if (now - next < 0) {
      return false;
    }
    next = now + pause;
    return true;
  }

  synchronized void hung() {
    pause = Math.min(2 * pause, LONGEST);
    next = clock.getAsLong() + pause;
  }

  synchronized void ended() {
    next = clock.getAsLong();
  }
}
