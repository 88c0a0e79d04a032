package dev.flowdpo.testing;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A verifier that does not return before it is closed: as one does that waits for a service which
 * never answers, or runs an endless program. Close it at the end of a test, so that its threads
 * end. Thread-safe.
 */
public final class HangingVerifier implements Verifier, AutoCloseable {
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();
  private final boolean interruptible;

  private HangingVerifier(boolean interruptible) {
    this.interruptible = interruptible;
  }

  /** Returns a verifier that gives up with an exception when it is interrupted. */
  public static HangingVerifier interruptible() {
    return new HangingVerifier(true);
  }

  /** Returns a verifier that takes no notice of being interrupted. */
  public static HangingVerifier uninterruptible() {
    return new HangingVerifier(false);
  }

  /**
   * Waits until this verifier is closed.
   *
   * @return an unknown verdict
   * @throws IllegalStateException if it is interrupted and heeds that
   */
  @Override
  public Verdict verify(Attempt attempt) {
    hanging.incrementAndGet();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          closed.await();
          return Verdict.unknown("closed before there was a verdict");
        } catch (InterruptedException e) {
          interrupted = true;
          if (interruptible) {
            throw new IllegalStateException("interrupted", e);
          }
        }
      }
    } finally {
      hanging.decrementAndGet();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns how many calls hang at the moment. */
  public int hanging() {
    return hanging.get();
  }

  /** Lets all calls return, those to come too. */
  @Override
  public void close() {
    closed.countDown();
  }
}
