package dev.flowdpo.rollout;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.value.Problem;

/**
 * The application's judgement of a complete answer: a comparison with a known result, a unit test,
 * a proof checker, a rule. The verdicts are all that the learner learns from.
 *
 * <pre>{@code
 * Verifier verifier = (problem, answer) -> Verdict.of(answer.endsWith(problem.answer()));
 * RolloutRequest request = new RolloutRequest(
 *     problems, policy, judge, verifier, FlowOptions.paper(), 1, 42);
 * List<RolloutTree> trees = RolloutSampler.tree().sample(request);
 * }</pre>
 *
 * <p>Implementations are thread-safe, and should be fast and deterministic. One that throws or
 * takes too long costs its rollout its verdict, with a warning, and nothing else; see {@link
 * VerifierGuard}.
 */
@FunctionalInterface
public interface Verifier {

  /**
   * Judges an answer.
   *
   * @param problem the problem, with its known answer where there is one
   * @param answer the whole text of the solution, without blanks at the ends; {@link
   *     FinalAnswer#extract} finds the final answer in it
   * @return the verdict; {@link Verdict#unknown} where the answer cannot be judged
   */
  Verdict verify(Problem problem, String answer);
}
