package dev.flowdpo.runtime.tiny;

import java.util.List;

/**
 * How a correct solution is written. All styles are right; they differ in how much of the
 * calculation stands in the text, which is what preference learning can choose between.
 *
 * <p>Numbers and symbols stand without spaces, and every solution ends in {@code #### answer}.
 */
public enum SolutionStyle {
  /** One calculation a line: {@code 3*4=12}, {@code 12-2=10}, {@code #### 10}. */
  STEPS {
    @Override
    String calculation(List<Step> steps) {
      StringBuilder lines = new StringBuilder();
      for (Step step : steps) {
        lines.append(step).append('\n');
      }
      return lines.toString();
    }
  },

  /**
   * Several steps a line: {@code 3*4-2=10}, {@code #### 10}. Where precedence would change the
   * value, a new line begins with what was reached: {@code 14-6=8}, {@code 8/2=4}.
   */
  COMBINED {
    @Override
    String calculation(List<Step> steps) {
      StringBuilder lines = new StringBuilder().append(steps.get(0).left());
      boolean sum = false;
      for (Step step : steps) {
        boolean additive = step.operator() == '+' || step.operator() == '-';
        if (sum && !additive) {
          lines.append('=').append(step.left()).append('\n').append(step.left());
          sum = false;
        }
        sum |= additive;
        lines.append(step.operator()).append(step.right());
      }
      int result = steps.get(steps.size() - 1).result();
      return lines.append('=').append(result).append('\n').toString();
    }
  },

  /** The answer alone: {@code #### 10}. */
  DIRECT {
    @Override
    String calculation(List<Step> steps) {
      return "";
    }
  };

  /** What stands before the final answer in every solution. */
  public static final String ANSWER_MARK = "#### ";

  abstract String calculation(List<Step> steps);

  /**
   * Returns the solution of a problem in this style, without a line break at its end.
   *
   * @param problem the problem
   * @return the solution text
   */
  public String write(WordProblem problem) {
    return calculation(problem.steps()) + ANSWER_MARK + problem.answer();
  }
}
