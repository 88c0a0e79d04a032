package dev.flowdpo.preference;

import dev.flowdpo.rollout.RolloutTree;
import java.util.List;
import java.util.Optional;

/**
 * How rollouts become preference pairs. The default, {@link #contrasts}, is Flow-DPO's (arXiv
 * 2410.22304, section 3.2); another rule changes what the adapters learn from and nothing else.
 * Implementations must be thread-safe and give the same pairs for the same tree: a resumed run
 * relies on it.
 */
@FunctionalInterface
public interface PairRule {

  /**
   * {@return the pairs of a problem's tree, perhaps none, with prompts and decisions as these
   * tokens}
   */
  List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens);

  /**
   * {@return the rule that says how often the adapters are updated: as often as if its pairs were
   * learned from; empty, the default, for this one} Each update takes its share of this rule's
   * pairs, at least one; it waits where there is none.
   */
  default Optional<PairRule> pace() {
    return Optional.empty();
  }

  /**
   * {@return this rule's pairs in as many updates, at every point of the stream, as the other rule
   * would make of the same rollouts} So rules that give more pairs or fewer can be compared fairly.
   */
  default PairRule atThePaceOf(PairRule pace) {
    return new PacedPairs(this, pace);
  }

  /**
   * {@return the paper's rule: a pair where two branches of a node differ in reward, as {@link
   * PairBuilder} says}
   */
  static PairRule contrasts(PairOptions options) {
    return new ContrastPairs(options);
  }

  /**
   * {@return the rule of {@link GroupRelative}: all that was tried at a node is a group, where its
   * rewards are not all equal} What was tried twice counts once, with the mean of its rewards. A
   * group is a pair of its best and its worst completion with the {@link PreferencePair#others}.
   *
   * @param wholeAnswers whether groups of the Answer adapter are a problem's answers from the
   *     question on, rather than the chunks of each node
   */
  static PairRule groups(boolean wholeAnswers) {
    return new GroupPairs(wholeAnswers);
  }

  /**
   * {@return of this rule's pairs those whose rewards vary most (Xu et al., arXiv 2504.13818), at
   * most so many for each adapter and problem} Earlier ones go first where they vary alike.
   */
  default PairRule mostVaried(int perProblem) {
    return new MostVariedPairs(this, perProblem);
  }

  /**
   * {@return the rule of imitation: every chunk and every stop decision of the traces that end in a
   * correct answer is chosen} With {@link DpoObjective#supervised()} this is supervised training on
   * the flow's own correct traces and rollouts, the control that preference learning has to beat.
   * With an objective that looks at the rejected side it makes no sense.
   */
  static PairRule successes() {
    return new SuccessPairs(true);
  }

  /**
   * {@return the rule of imitation without rollouts: every chunk and every stop decision of the
   * flow's own trace, where it ends in a correct answer} What a rollout was forced to do, such as
   * to go on after the end, is not imitated.
   */
  static PairRule ownSuccesses() {
    return new SuccessPairs(false);
  }
}
