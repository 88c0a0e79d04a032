package dev.flowdpo.cli.evaluation;

import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.io.PrintWriter;

/** Prints a solution chunk by chunk while it is written, each with the judge's probability. */
public final class SolutionPrinter implements FlowListener {
  private final PrintWriter to;

  public SolutionPrinter(PrintWriter to) {
    this.to = to;
  }

  @Override
  public void onChunk(Problem problem, int index, SolutionChunk chunk) {
    if (index == 0) {
      to.println(problem.question());
    }
    String text = chunk.text().replace("\n", "⏎");
    to.printf("  %d  %-32s finished? %3.0f%%%n", index + 1, text, 100 * chunk.stopProbability());
    to.flush();
  }

  @Override
  public void onSolved(Solution solution) {
    String answer = solution.finalAnswer().orElse("none");
    String end =
        switch (solution.finishReason()) {
          case STOPPED -> "the judge called it finished";
          case MAX_CHUNKS -> "the limit of chunks was reached";
          case CONTEXT_FULL -> "the model has no room for more";
          case CANCELLED -> "the solve was given up";
        };
    String check =
        solution
            .problem()
            .answer()
            .map(known -> right(solution) ? "  right" : "  wrong, it is " + known)
            .orElse("");
    to.printf("  = %s%s  (%s)%n%n", answer, check, end);
    to.flush();
  }

  private static boolean right(Solution solution) {
    return new ExactAnswer().verify(Attempt.of(solution)).isCorrect();
  }
}
