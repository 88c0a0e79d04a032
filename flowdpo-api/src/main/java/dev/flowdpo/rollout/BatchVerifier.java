package dev.flowdpo.rollout;

import java.util.List;

/**
 * A verifier for which many answers at once are cheaper than one after the other: a remote service,
 * a pool of processes. The rollouts of a mini-batch are judged in one call.
 *
 * <pre>{@code
 * BatchVerifier verifier = attempts -> grader.gradeAll(attempts).stream()
 *     .map(grade -> Verdict.reward(grade.points() / 10.0, grade.remark())).toList();
 * }</pre>
 *
 * <p>Where single answers fail, their verdicts are unknown; the others' are not affected. Where
 * {@link #verifyAll} throws, or returns another number of verdicts than it was given answers, none
 * of its answers has a verdict. Implementations are thread-safe.
 */
public interface BatchVerifier extends Verifier {

  /** {@return the verdicts on the answers, in the same order} */
  List<Verdict> verifyAll(List<Attempt> attempts);

  /**
   * {@return the verdict on one answer, as a batch of one}
   *
   * @throws IllegalStateException if {@link #verifyAll} returns no or several verdicts
   */
  @Override
  default Verdict verify(Attempt attempt) {
    return VerifierCalls.checked(verifyAll(List.of(attempt)), 1).get(0);
  }
}
