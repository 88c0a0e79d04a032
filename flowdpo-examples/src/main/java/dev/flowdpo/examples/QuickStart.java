package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.List;

/** The README's first code block, whole: solve, learn, solve again. */
public final class QuickStart {
  private QuickStart() {}

  // spotless:off
  /** Runs it. */
  public static void main(String[] arguments) {
    try (Flow flow = Flow.builder().build();               // the bundled model; .model(Path) for a checkpoint folder
        OnlineLearner learner = flow.learner().verifier(new MathAnswerVerifier()).build()) {
      String question = "Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?";
      System.out.println(flow.solve(question).text());
      learner.learn(List.of(Problem.of(question, "10")));    // your problems, as many as you have
      System.out.println(flow.solve(question).text());       // with what it has learned
    }
  }
  // spotless:on
}
