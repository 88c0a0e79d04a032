package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.nio.file.Path;
import java.util.List;

/**
 * Saves what was learned, as PEFT folders {@code answer} and {@code stop} that other tools read,
 * and starts from it again. The command {@code export} works them into the model's weights.
 */
public final class ExportAdapters {
  private ExportAdapters() {}

  /** Takes the folder for the adapters. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    learnAndSave(Pens.problems(100, 1), folder);
    System.out.println(solve(folder, Pens.problems(1, 2).get(0)));
  }

  static String learnAndSave(List<Problem> problems, Path folder) {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = flow.learner().verifier(new MathAnswerVerifier()).build()) {
      learner.learn(problems);
      learner.save(folder);
      return flow.solve(problems.get(0)).text();
    }
  }

  static String solve(Path folder, Problem problem) {
    try (Flow flow = Flow.builder().adapters(folder).build()) {
      return flow.solve(problem).text();
    }
  }
}
