package dev.flowdpo.cli.evaluation;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.regex.Pattern;

/**
 * The verifier of all commands: a solution is right if its final answer is the problem's, exactly,
 * apart from blanks around it and commas between thousands. Stateless and thread-safe.
 */
public final class ExactAnswer implements Verifier {
  private static final Pattern THOUSANDS_COMMA = Pattern.compile("(?<=\\d),(?=\\d{3}(?!\\d))");

  @Override
  public Verdict verify(Problem problem, String answer) {
    String expected = normalized(problem.answer());
    if (expected.isEmpty()) {
      return Verdict.unknown("the problem's answer is not known");
    }
    String found = normalized(FinalAnswer.extract(answer));
    return expected.equals(found)
        ? Verdict.correct("")
        : Verdict.incorrect(
            "expected " + expected + ", found " + (found.isEmpty() ? "none" : found));
  }

  private static String normalized(String answer) {
    return THOUSANDS_COMMA.matcher(answer.strip()).replaceAll("");
  }
}
