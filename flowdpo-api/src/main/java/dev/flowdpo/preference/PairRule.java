package dev.flowdpo.preference;

import dev.flowdpo.rollout.RolloutTree;
import java.util.List;
import java.util.Optional;

/**
 * How rollouts become preference pairs. The default, {@link #contrasts}, is Flow-DPO's (arXiv
 * 2410.22304, section 3.2); another rule changes what the adapters learn from and nothing else.
 *
 * <p>Implementations must be thread-safe and give the same pairs for the same tree: a resumed run
 * relies on it.
 */
@FunctionalInterface
public interface PairRule {

  /**
   * Returns the pairs of a tree.
   *
   * @param tree the rollouts of one problem
   * @param tokens prompts and decisions as ids
   * @return its pairs; may be empty
   */
  List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens);

  /**
   * Returns the rule that says how often the adapters are updated: as often as if its pairs were
   * learned from. Each update then takes its share of this rule's pairs.
   *
   * @return another rule; empty, the default, where this one's pairs say it themselves
   */
  default Optional<PairRule> pace() {
    return Optional.empty();
  }

  /**
   * Returns this rule with the pace of another: the same pairs in as many updates, at every point
   * of the stream, as the other rule would make of the same rollouts. So rules that give more pairs
   * or fewer can be compared with equal numbers of updates.
   *
   * @param pace the rule whose pairs are counted
   * @return a rule with this one's pairs
   */
  default PairRule atThePaceOf(PairRule pace) {
    return new PacedPairs(this, pace);
  }

  /**
   * Returns the rule of the paper: a pair where two branches of a node differ in reward ({@link
   * PairBuilder}).
   *
   * @param options when two branches form a pair
   * @return the rule
   */
  static PairRule contrasts(PairOptions options) {
    return new ContrastPairs(options);
  }

  /**
   * Returns the rule of imitation: every chunk and every stop decision of the traces that end in a
   * correct answer is chosen. With {@link DpoObjective#supervised()} this is supervised training on
   * the flow's own correct traces and rollouts, the control that preference learning has to beat.
   * With an objective that looks at the rejected side it makes no sense.
   *
   * @return the rule
   */
  static PairRule successes() {
    return new SuccessPairs(true);
  }

  /**
   * Returns the rule of imitation without rollouts: every chunk and every stop decision of the
   * flow's own trace, where it ends in a correct answer. What a rollout was forced to do, such as
   * to go on after the end, is not imitated.
   *
   * @return the rule
   */
  static PairRule ownSuccesses() {
    return new SuccessPairs(false);
  }
}
