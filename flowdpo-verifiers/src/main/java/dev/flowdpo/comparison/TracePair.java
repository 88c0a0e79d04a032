package dev.flowdpo.comparison;

import dev.flowdpo.value.Problem;
import java.util.Objects;

/**
 * Two traces of one problem, to be compared. Immutable and thread-safe.
 *
 * @param problem what both solve; its answer, where it is known, tells a comparer which is right
 * @param first the whole text of one trace
 * @param second the whole text of the other
 */
public record TracePair(Problem problem, String first, String second) {

  /** Checks that nothing is missing. */
  public TracePair {
    Objects.requireNonNull(problem, "problem");
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
  }

  /**
   * Returns the pair in the other order.
   *
   * @return the same traces, the second one first
   */
  public TracePair swapped() {
    return new TracePair(problem, second, first);
  }
}
