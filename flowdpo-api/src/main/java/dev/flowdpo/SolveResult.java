package dev.flowdpo;

import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.Optional;

/** What came of one problem of {@link Flow#solveEach}. Immutable. */
public sealed interface SolveResult {

  /** {@return the problem} */
  Problem problem();

  /** {@return the solution; empty where there is none} */
  default Optional<Solution> solution() {
    return this instanceof Solved solved ? Optional.of(solved.found()) : Optional.empty();
  }

  /**
   * A problem that was solved.
   *
   * @param found the solution
   */
  record Solved(Solution found) implements SolveResult {
    @Override
    public Problem problem() {
      return found.problem();
    }
  }

  /**
   * A problem that could not be solved.
   *
   * @param problem the problem
   * @param cause what {@link Flow#solve(Problem, SolveOptions)} would have thrown
   */
  record Failed(Problem problem, Throwable cause) implements SolveResult {}
}
