package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.Precision;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;

/** Has the bundled model learn on a device. Confined to one thread. */
record KitLearning(ExecutionTarget target, int problems) {
  private static final int HELD_OUT = 100;

  /**
   * What learning did.
   *
   * @param before the accuracy on problems that it never sees, before
   * @param after the same after
   */
  record Learned(
      Precision precision,
      int problems,
      long updates,
      double before,
      double after,
      double seconds) {
    boolean passed() {
      return updates > 0 && after > before - 0.1;
    }
  }

  /** Learns in a precision. */
  Learned learn(Precision precision) {
    ExecutionTarget device = target.toBuilder().precision(precision).build();
    try (Flow flow = Flow.builder().modelOptions(o -> o.execution(device)).build()) {
      double before = accuracy(flow);
      long begin = System.nanoTime();
      OnlineLearner learner =
          flow.learner()
              .verifier(
                  attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer())))
              .options(BundledModel.learnerOptions())
              .build();
      LearningReport report =
          learner.learn(
              WordProblems.learning(3).limit(problems).map(WordProblem::toProblem).toList());
      double seconds = (System.nanoTime() - begin) / 1e9;
      long updates = report.progress().answerUpdates() + (long) report.progress().stopUpdates();
      return new Learned(precision, problems, updates, before, accuracy(flow), seconds);
    }
  }

  private static double accuracy(Flow flow) {
    List<Problem> problems =
        WordProblems.heldOut(HELD_OUT).stream().map(WordProblem::toProblem).toList();
    long right = flow.solveAll(problems).stream().filter(KitLearning::isRight).count();
    return (double) right / problems.size();
  }

  private static boolean isRight(Solution solution) {
    return solution.finalAnswer().equals(solution.problem().answer());
  }
}
