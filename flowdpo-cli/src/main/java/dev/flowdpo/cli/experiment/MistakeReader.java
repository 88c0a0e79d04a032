package dev.flowdpo.cli.experiment;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.cli.evaluation.ExactAnswer;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a solution by comparing its calculations with those of the problem's own
 * solution. Calculations such as {@code 3*4-2=10} are read as the steps {@code *4}, {@code -2} on
 * the first number. Stateless and thread-safe.
 */
final class MistakeReader {
  private static final Pattern CALCULATION =
      Pattern.compile("(?m)^(\\d+)((?:[-+*/]\\d+)+)=(\\d*)\\s*$");
  private static final Pattern OPERATION = Pattern.compile("[-+*/]\\d+");
  private static final String MARK = "####";

  private MistakeReader() {}

  /** The steps of a solution, and whether two of them were done in one calculation. */
  private record Calculations(List<String> steps, boolean severalAtOnce) {}

  /**
   * Returns what is wrong.
   *
   * @param problem a problem whose attribute {@code solution} holds its steps
   * @param solution the text of a solution
   */
  static Mistake of(Problem problem, String solution) {
    // The verifier takes the last number where there is no mark; what it finds right is no mistake.
    if (new ExactAnswer().verify(problem, solution).isCorrect()) {
      return Mistake.NONE;
    }
    if (!solution.contains(MARK) || FinalAnswer.extract(solution).isEmpty()) {
      return Mistake.NO_ANSWER;
    }
    Calculations own = read(solution);
    List<String> right = read(problem.attributes().getOrDefault("solution", "")).steps();
    if (own.steps().isEmpty()) {
      return Mistake.GUESS;
    }
    if (own.steps().equals(right)) {
      return own.severalAtOnce() ? Mistake.SEVERAL_AT_ONCE : Mistake.SLIP;
    }
    if (isWithin(own.steps(), right)) {
      return Mistake.MISSING_STEP;
    }
    return isWithin(right, own.steps()) ? Mistake.EXTRA_STEP : Mistake.WRONG_STEP;
  }

  private static Calculations read(String solution) {
    List<String> steps = new ArrayList<>();
    boolean severalAtOnce = false;
    String reached = "";
    Matcher calculation = CALCULATION.matcher(solution);
    while (calculation.find()) {
      // A line that does not go on from the line before begins something of its own.
      if (!calculation.group(1).equals(reached)) {
        steps.add(calculation.group(1));
      }
      Matcher operation = OPERATION.matcher(calculation.group(2));
      int operations = 0;
      while (operation.find()) {
        steps.add(operation.group());
        operations++;
      }
      severalAtOnce |= operations > 1;
      reached = calculation.group(3);
    }
    return new Calculations(steps, severalAtOnce);
  }

  /** Says whether the first list is what is left of the second when some elements are dropped. */
  private static boolean isWithin(List<String> part, List<String> whole) {
    int next = 0;
    for (String step : whole) {
      if (next < part.size() && part.get(next).equals(step)) {
        next++;
      }
    }
    return next == part.size();
  }
}
