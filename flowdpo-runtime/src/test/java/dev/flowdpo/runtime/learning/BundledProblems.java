package dev.flowdpo.runtime.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;

/** Problems of the bundled model's kind, and how answers to them are judged. */
final class BundledProblems {
  static final Verifier VERIFIER =
      attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer()));

  private BundledProblems() {}

  static List<Problem> learning(long seed, int count) {
    return WordProblems.learning(seed).limit(count).map(WordProblem::toProblem).toList();
  }

  static List<Problem> heldOut(int count) {
    return WordProblems.heldOut(count).stream().map(WordProblem::toProblem).toList();
  }

  static double greedyAccuracy(Flow flow, List<Problem> problems) {
    Flow greedy = flow.withOptions(options -> options.sampling(SamplingOptions.greedy()));
    long correct = greedy.solveAll(problems).stream().filter(BundledProblems::isCorrect).count();
    return (double) correct / problems.size();
  }

  private static boolean isCorrect(Solution solution) {
    return solution.finalAnswer().equals(solution.problem().answer());
  }
}
