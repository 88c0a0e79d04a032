package dev.flowdpo.rollout;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks verifiers so that whatever one throws, errors included, costs the answers it was asked about
 * and nothing else: their verdicts are failed ones, with a warning. A thread that was interrupted
 * meanwhile gets a {@link FlowException} instead and stays interrupted. Stateless and thread-safe.
 */
public final class VerifierCalls {
  private static final Logger log = LoggerFactory.getLogger(VerifierCalls.class);

  private VerifierCalls() {}

  /** {@return the verdict on an answer} */
  public static Verdict one(Verifier verifier, Attempt attempt) {
    try {
      return checked(verifier.verify(attempt));
    } catch (Throwable error) {
      return failed(attempt.problem(), error);
    }
  }

  /**
   * {@return the verdicts on answers, in their order: a batch verifier's in one call, where it
   * fails for all of them or for none, another's one after the other}
   */
  public static List<Verdict> all(Verifier verifier, List<Attempt> attempts) {
    if (attempts.isEmpty()) {
      return List.of();
    }
    if (!(verifier instanceof BatchVerifier batch)) {
      return attempts.stream().map(attempt -> one(verifier, attempt)).toList();
    }
    try {
      return checked(batch.verifyAll(attempts), attempts.size());
    } catch (Throwable error) {
      return attempts.stream().map(attempt -> failed(attempt.problem(), error)).toList();
    }
  }

  /** {@return the verdict where a verifier threw, with a warning} */
  public static Verdict failed(Problem problem, Throwable error) {
    if (Thread.currentThread().isInterrupted()) {
      throw new FlowException("Problem " + problem.id() + ": interrupted while verifying.", error);
    }
    log.warn("Problem {}: the verifier failed: {}", problem.id(), error.toString());
    log.debug("Problem {}: stack of the verifier's failure", problem.id(), error);
    return Verdict.failed("verifier failed: " + error);
  }

  /** Refuses the null that a verifier outside of null-checked code may return. */
  public static Verdict checked(Verdict verdict) {
    return Objects.requireNonNull(verdict, "the verifier returned null");
  }

  /** Returns the verdicts where there are as many as answers, and throws otherwise. */
  public static List<Verdict> checked(List<Verdict> verdicts, int expected) {
    Objects.requireNonNull(verdicts, "the verifier returned null");
    if (verdicts.size() != expected) {
      throw new IllegalStateException(
          "the verifier returned " + verdicts.size() + " verdicts for " + expected + " answers");
    }
    verdicts.forEach(VerifierCalls::checked);
    return verdicts;
  }
}
