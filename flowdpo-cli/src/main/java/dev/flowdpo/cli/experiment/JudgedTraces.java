package dev.flowdpo.cli.experiment;

import dev.flowdpo.comparison.Judgement;
import dev.flowdpo.comparison.Preference;
import dev.flowdpo.comparison.TracePair;

/**
 * What a judge said of two solutions of one problem; a line of {@code judgements.jsonl}. Immutable.
 *
 * @param judge who judged
 * @param first label of the arm whose wins are counted
 * @param second label of the arm that it is compared with
 * @param problem id of the problem
 * @param question its text
 * @param firstTrace the whole solution of the first arm
 * @param secondTrace that of the second one
 * @param preference which is better; {@link Preference#UNDECIDED} where the judge did not say
 * @param confidence how sure the judge is
 * @param reason why
 */
record JudgedTraces(
    String judge,
    String first,
    String second,
    String problem,
    String question,
    String firstTrace,
    String secondTrace,
    Preference preference,
    double confidence,
    String reason) {

  /** Joins a question to a judge with its answer. */
  static JudgedTraces of(String judge, Arm first, Arm second, TracePair pair, Judgement found) {
    return new JudgedTraces(
        judge,
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

  Judgement judgement() {
    return new Judgement(preference, confidence, reason);
  }
}
