package dev.flowdpo.rollout;

import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Objects;

/**
 * Everything that was tried on one problem. Immutable and thread-safe.
 *
 * @param problem the problem
 * @param original the path that the flow took of itself; its verdict counts for progressive
 *     validation
 * @param nodes the output nodes of the original path, first to last; copied
 */
public record RolloutTree(Problem problem, Branch original, List<OutputNode> nodes) {

  /** Checks that nothing is missing and copies the nodes. */
  public RolloutTree {
    Objects.requireNonNull(problem, "problem");
    Objects.requireNonNull(original, "original");
    nodes = List.copyOf(nodes);
  }
}
