package dev.flowdpo.cli.report;

import java.util.List;
import java.util.Objects;

/**
 * An output node of the original path. Immutable and thread-safe.
 *
 * @param index the number of chunks before it, from 0
 * @param step the chunk written here and the decision on it
 * @param alternatives whole paths that wrote another chunk here; copied
 * @param flipped the whole path that took the opposite decision here; empty where that was not
 *     possible, else one; copied
 * @param pairs the preference pairs that came of it; copied
 */
public record ReportNode(
    int index,
    Step step,
    List<ReportBranch> alternatives,
    List<ReportBranch> flipped,
    List<ReportPair> pairs) {

  /** Checks that all are there and copies. */
  public ReportNode {
    Objects.requireNonNull(step, "step");
    alternatives = List.copyOf(alternatives);
    flipped = List.copyOf(flipped);
    pairs = List.copyOf(pairs);
  }

  /**
   * A chunk and the decision after it.
   *
   * @param text what the chunk adds to the answer
   * @param tokens how many tokens it has, the end of sequence included; 0 where that is not known
   * @param stop whether the answer was taken as finished
   * @param stopProbability the judge's probability of "finished"
   */
  public record Step(String text, int tokens, boolean stop, double stopProbability) {

    /** Checks that there is a text. */
    public Step {
      Objects.requireNonNull(text, "text");
    }
  }
}
