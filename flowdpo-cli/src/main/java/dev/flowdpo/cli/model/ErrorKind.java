package dev.flowdpo.cli.model;

import dev.flowdpo.runtime.tiny.SolutionStyle;
import java.util.List;
import java.util.OptionalLong;

/** What is wrong with a wrong solution of a word problem; the first that applies. */
enum ErrorKind {
  /** The judge stopped, or the limit of chunks was reached, before a final answer. */
  UNFINISHED("ends without a final answer"),
  /** A line is no calculation, or one that does not hold. */
  CALCULATION("has a calculation that does not hold"),
  /** There is no calculation at all. */
  GUESSED("gives an answer without any calculation"),
  /** The answer is not what the last calculation gave. */
  CUT_SHORT("gives an answer that the last calculation does not lead to"),
  /** Everything holds, but it is not the answer to the question. */
  WRONG_STEPS("calculates correctly, but not what was asked");

  private final String description;

  ErrorKind(String description) {
    this.description = description;
  }

  /** Returns what such a solution does, to follow "the solution". */
  String description() {
    return description;
  }

  /** Returns the kind of a wrong solution in the bundled model's form. */
  static ErrorKind of(String solution) {
    int mark = solution.lastIndexOf(SolutionStyle.ANSWER_MARK);
    if (mark < 0) {
      return UNFINISHED;
    }
    List<OptionalLong> results =
        solution
            .substring(0, mark)
            .lines()
            .filter(line -> !line.isBlank())
            .map(line -> Calculation.result(line.strip()))
            .toList();
    if (results.isEmpty()) {
      return GUESSED;
    }
    if (results.stream().anyMatch(OptionalLong::isEmpty)) {
      return CALCULATION;
    }
    String answer = solution.substring(mark + SolutionStyle.ANSWER_MARK.length()).strip();
    String last = Long.toString(results.get(results.size() - 1).getAsLong());
    return answer.equals(last) ? WRONG_STEPS : CUT_SHORT;
  }
}
