package dev.flowdpo.rollout;

import java.time.Duration;

/**
 * When a guard with too many hanging verifications tries another one: after a while, which doubles
 * with each that hangs again, so that their number grows with the logarithm of time; where one
 * ends, the next may follow at once. Thread-safe.
 */
final class Retries {
  private static final long LONGEST = Duration.ofDays(1).toNanos();

  private long pause;
  private long next = System.nanoTime();

  Retries(Duration first) {
    this.pause = Math.min(first.toNanos(), LONGEST);
  }

  /** Says whether one may be tried now; another one then waits for it to end, or for its time. */
  synchronized boolean begin() {
    long now = System.nanoTime();
    if (now - next < 0) {
      return false;
    }
    next = now + pause;
    return true;
  }

  synchronized void hung() {
    pause = Math.min(2 * pause, LONGEST);
    next = System.nanoTime() + pause;
  }

  synchronized void ended() {
    next = System.nanoTime();
  }
}
