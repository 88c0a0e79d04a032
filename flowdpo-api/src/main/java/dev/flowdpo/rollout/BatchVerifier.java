package dev.flowdpo.rollout;

import dev.flowdpo.Problem;
import java.util.List;

/**
 * A verifier for which many answers at once are cheaper than one after the other: a remote service,
 * a pool of processes. The rollouts of a mini-batch are judged in one call.
 *
 * <p>Where single answers fail, their verdicts are unknown; the others' are not affected.
 */
public interface BatchVerifier extends Verifier {

  /**
   * Judges answers.
   *
   * @param attempts the answers with their problems
   * @return the verdicts, in the same order
   */
  List<Verdict> verifyAll(List<Attempt> attempts);

  @Override
  default Verdict verify(Problem problem, String answer) {
    return verifyAll(List.of(new Attempt(problem, answer))).get(0);
  }
}
