package dev.flowdpo.rollout;

import dev.flowdpo.value.Problem;

/**
 * The application's judgement of a complete answer: a comparison with a known result, a unit test,
 * a proof checker, a rule. The verdicts are all that the learner learns from.
 *
 * <pre>{@code
 * Verifier verifier =
 *     attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer()));
 * }</pre>
 *
 * <p>Implementations are thread-safe, and should be fast and deterministic. One that throws or
 * takes too long costs its rollout its verdict, with a warning, and nothing else; see {@link
 * VerifierGuard}.
 */
@FunctionalInterface
public interface Verifier {

  /** {@return the verdict on an answer; {@link Verdict#unknown} where it cannot be judged} */
  Verdict verify(Attempt attempt);

  /**
   * {@return the verdict on an answer of which only the text, that of the whole solution, is known}
   */
  default Verdict verify(Problem problem, String answer) {
    return verify(Attempt.of(problem, answer));
  }
}
