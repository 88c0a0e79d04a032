package dev.flowdpo.testing;

import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.time.Duration;
import java.util.Objects;

/** A verifier that takes its time, and then says what another one says. Thread-safe as that is. */
public final class SlowVerifier implements Verifier {
  private final Duration pause;
  private final Verifier verifier;

  /**
   * Creates a slow verifier.
   *
   * @param pause how long each call takes beyond the other verifier's time; longer than zero
   * @param verifier gives the verdicts
   */
  public SlowVerifier(Duration pause, Verifier verifier) {
    this.pause = Require.positive("pause", pause);
    this.verifier = Objects.requireNonNull(verifier, "verifier");
  }

  /**
   * Waits, and judges.
   *
   * @throws IllegalStateException if it is interrupted meanwhile; the thread stays interrupted
   */
  @Override
  public Verdict verify(Attempt attempt) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return verifier.verify(attempt);
  }
}
