package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupRelative;

/**
 * The numbers of an objective over groups. Immutable.
 *
 * @param lengthNormalised whether log-probabilities are means over tokens
 * @param deviationNormalised whether rewards are divided by their deviation
 * @param clip how far the ratio to the sampler counts; 0 for no clip
 * @param clipOfTokens whether that ratio is one of single tokens
 * @param kl weight of the divergence from the reference
 * @param klOfTokens whether the divergence is one of single tokens
 * @param wholeAnswers whether whole answers are compared rather than a node's chunks
 */
record GroupChoice(
    boolean lengthNormalised,
    boolean deviationNormalised,
    double clip,
    boolean clipOfTokens,
    double kl,
    boolean klOfTokens,
    boolean wholeAnswers) {
  /** Rewards against the group's mean, and nothing else. */
  static final GroupChoice PLAIN = new GroupChoice(false, false, 0, false, 0, false, false);

  GroupChoice withLengthNormalised(boolean on) {
    return new GroupChoice(
        on, deviationNormalised, clip, clipOfTokens, kl, klOfTokens, wholeAnswers);
  }

  GroupChoice withDeviationNormalised(boolean on) {
    return new GroupChoice(lengthNormalised, on, clip, clipOfTokens, kl, klOfTokens, wholeAnswers);
  }

  GroupChoice withClip(double clip) {
    return new GroupChoice(
        lengthNormalised, deviationNormalised, clip, clipOfTokens, kl, klOfTokens, wholeAnswers);
  }

  GroupChoice withClipOfTokens(boolean on) {
    return new GroupChoice(
        lengthNormalised, deviationNormalised, clip, on, kl, klOfTokens, wholeAnswers);
  }

  GroupChoice withKl(double kl) {
    return new GroupChoice(
        lengthNormalised, deviationNormalised, clip, clipOfTokens, kl, klOfTokens, wholeAnswers);
  }

  GroupChoice withKlOfTokens(boolean on) {
    return new GroupChoice(
        lengthNormalised, deviationNormalised, clip, clipOfTokens, kl, on, wholeAnswers);
  }

  GroupChoice withWholeAnswers(boolean on) {
    return new GroupChoice(
        lengthNormalised, deviationNormalised, clip, clipOfTokens, kl, klOfTokens, on);
  }

  DpoObjective objective(boolean leaveOneOut) {
    return GroupRelative.builder()
        .leaveOneOut(leaveOneOut)
        .lengthNormalised(lengthNormalised)
        .deviationNormalised(deviationNormalised)
        .clip(clip)
        .clipOfTokens(clipOfTokens)
        .kl(kl)
        .klOfTokens(klOfTokens)
        .wholeAnswers(wholeAnswers)
        .build();
  }

  /** Refuses numbers of groups with an objective of pairs. */
  void refuseWith(String objective) {
    if (!equals(PLAIN)) {
      throw new InvalidInputException(
          "--length-normalised, --deviation-normalised, --clip, --clip-of-tokens, --kl,"
              + " --kl-of-tokens and --whole-answers: expected with the objective group-relative or rloo, found with "
              + objective);
    }
  }
}
