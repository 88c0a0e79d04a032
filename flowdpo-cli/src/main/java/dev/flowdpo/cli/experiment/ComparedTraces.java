package dev.flowdpo.cli.experiment;

import dev.flowdpo.comparison.Comparison;
import dev.flowdpo.comparison.Preference;
import dev.flowdpo.comparison.TracePair;

/**
 * What a comparer said of two solutions of one problem; a line of {@code comparisons.jsonl}.
 * Immutable.
 *
 * @param comparer who compared
 * @param first label of the arm whose wins are counted
 * @param second label of the arm that it is compared with
 * @param problem id of the problem
 * @param question its text
 * @param firstTrace the whole solution of the first arm
 * @param secondTrace that of the second one
 * @param preference which is better; {@link Preference#UNDECIDED} where the comparer did not say
 * @param confidence how sure the comparer is
 * @param reason why
 */
record ComparedTraces(
    String comparer,
    String first,
    String second,
    String problem,
    String question,
    String firstTrace,
    String secondTrace,
    Preference preference,
    double confidence,
    String reason) {

  /** Joins a question to a comparer with its answer. */
  static ComparedTraces of(
      String comparer, Arm first, Arm second, TracePair pair, Comparison found) {
    return new ComparedTraces(
        comparer,
        first.label(),
        second.label(),
        pair.problem().id(),
        pair.problem().question(),
        pair.first(),
        pair.second(),
        found.preference(),
        found.confidence(),
        found.reason());
  }

  boolean isDecided() {
    return preference != Preference.UNDECIDED;
  }

  Comparison comparison() {
    return new Comparison(preference, confidence, reason);
  }
}
