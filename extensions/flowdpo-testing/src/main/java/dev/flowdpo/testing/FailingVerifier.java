package dev.flowdpo.testing;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A verifier that throws, always or for some attempts: as a broken one does. Thread-safe where its
 * parts are.
 */
public final class FailingVerifier implements Verifier {
  private final Predicate<Attempt> fails;
  private final Verifier otherwise;

  private FailingVerifier(Predicate<Attempt> fails, Verifier otherwise) {
    this.fails = Objects.requireNonNull(fails, "fails");
    this.otherwise = Objects.requireNonNull(otherwise, "otherwise");
  }

  /** Returns a verifier that always throws. */
  public static FailingVerifier always() {
    return when(attempt -> true, attempt -> Verdict.unknown("never asked"));
  }

  /**
   * Returns a verifier that throws for some attempts.
   *
   * @param fails says for which
   * @param otherwise judges the others
   */
  public static FailingVerifier when(Predicate<Attempt> fails, Verifier otherwise) {
    return new FailingVerifier(fails, otherwise);
  }

  /**
   * Judges an attempt, or fails.
   *
   * @throws IllegalStateException where this verifier fails
   */
  @Override
  public Verdict verify(Attempt attempt) {
    if (fails.test(attempt)) {
      throw new IllegalStateException("this verifier fails on purpose");
    }
    return otherwise.verify(attempt);
  }
}
