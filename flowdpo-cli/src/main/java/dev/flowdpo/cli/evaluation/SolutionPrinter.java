package dev.flowdpo.cli.evaluation;

import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.FinishReason;
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
    String answer = solution.finalAnswer().isEmpty() ? "none" : solution.finalAnswer();
    String end =
        solution.finishReason() == FinishReason.STOPPED
            ? "the judge called it finished"
            : "the limit of chunks was reached";
    String known = solution.problem().answer();
    String check = "";
    if (!known.isEmpty()) {
      boolean right = new ExactAnswer().verify(solution.problem(), solution.text()).isCorrect();
      check = right ? "  right" : "  wrong, it is " + known;
    }
    to.printf("  = %s%s  (%s)%n%n", answer, check, end);
    to.flush();
  }
}
