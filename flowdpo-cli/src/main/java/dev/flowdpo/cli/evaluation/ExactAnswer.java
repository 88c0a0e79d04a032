package dev.flowdpo.cli.evaluation;

import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.regex.Pattern;

/**
 * The verifier of all commands: a solution is right if its final answer is the problem's, exactly,
 * apart from blanks around it and commas between thousands. Stateless and thread-safe.
 */
public final class ExactAnswer implements Verifier {
  private static final Pattern THOUSANDS_COMMA = Pattern.compile("(?<=\\d),(?=\\d{3}(?!\\d))");

  @Override
  public Verdict verify(Attempt attempt) {
    String expected = attempt.problem().answer().map(ExactAnswer::normalized).orElse("");
    if (expected.isEmpty()) {
      return Verdict.unknown("the problem's answer is not known");
    }
    String found = attempt.finalAnswer().map(ExactAnswer::normalized).orElse("");
    return expected.equals(found)
        ? Verdict.of(true)
        : Verdict.incorrect(
            "expected " + expected + ", found " + (found.isEmpty() ? "none" : found));
  }

  private static String normalized(String answer) {
    return THOUSANDS_COMMA.matcher(answer.strip()).replaceAll("");
  }
}
