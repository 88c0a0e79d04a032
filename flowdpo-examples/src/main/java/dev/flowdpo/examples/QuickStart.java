package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;

/**
 * The README's first code block, whole: solve a question, then learn from problems with known
 * answers.
 */
public final class QuickStart {
  private QuickStart() {}

  /** Learns from as many generated problems as the argument says, or 100. */
  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100;
    run(WordProblems.learning(0).limit(count).map(WordProblem::toProblem).toList());
  }

  // spotless:off
  static void run(List<Problem> problems) {
    try (Flow flow = Flow.builder().build()) {                 // bundled model; .model(Path) for a checkpoint folder
      Solution solution = flow.solve("Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?");
      System.out.println(solution.text());
      flow.learner()
          .verifier(attempt -> Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer())))
          .build()
          .learn(problems);
    }
  }
  // spotless:on
}
