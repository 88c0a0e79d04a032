package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.util.List;

/** Judges answers by a rule of its own: a right value that is also shown to be right. */
public final class OwnVerifier implements Verifier {
  private final Verifier value = new MathAnswerVerifier();

  /** Judges by value first; a right answer without a calculation is worth half. */
  @Override
  public Verdict verify(Attempt attempt) {
    if (attempt.truncated()) {
      return Verdict.incorrect("breaks off");
    }
    Verdict verdict = value.verify(attempt);
    if (verdict.isCorrect() && !attempt.answer().contains("=")) {
      return Verdict.reward(0.5, "right, but shows no calculation");
    }
    return verdict;
  }

  /** Solves a few problems and prints what this verifier makes of them. */
  public static void main(String[] arguments) {
    List<Problem> problems = Pens.problems(4, 1);
    try (Flow flow = Flow.builder().build()) {
      for (Solution solution : flow.solveAll(problems)) {
        Verdict verdict = new OwnVerifier().verify(Attempt.of(solution));
        System.out.println(solution.text().replace('\n', ' ') + "  ->  " + verdict);
      }
    }
  }
}
