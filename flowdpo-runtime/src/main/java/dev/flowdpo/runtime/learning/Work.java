package dev.flowdpo.runtime.learning;

import dev.flowdpo.rollout.Branch;
import dev.flowdpo.value.Problem;
import java.util.Optional;

/**
 * A problem to learn from.
 *
 * @param problem the problem
 * @param served the path that the flow took when it served the problem, if it did
 * @param key what the learner remembers that it has seen
 */
record Work(Problem problem, Optional<Branch> served, String key) {

  static Work of(Problem problem) {
    return new Work(problem, Optional.empty(), SeenProblems.key(problem.id()));
  }

  static Work served(Branch branch) {
    Problem problem = branch.answer().problem();
    return new Work(
        problem,
        Optional.of(branch),
        SeenProblems.key(problem.id(), branch.answer().contentTokens()));
  }
}
