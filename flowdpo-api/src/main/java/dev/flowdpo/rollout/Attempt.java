package dev.flowdpo.rollout;

import dev.flowdpo.value.Problem;
import java.util.Objects;

/**
 * A problem with one answer to it, to be judged.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problem the problem
 * @param answer the whole text of the solution
 */
public record Attempt(Problem problem, String answer) {

  /** Checks that both are there. */
  public Attempt {
    Objects.requireNonNull(problem, "problem");
    Objects.requireNonNull(answer, "answer");
  }
}
