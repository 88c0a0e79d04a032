package dev.flowdpo.preference;

import dev.flowdpo.rollout.RolloutTree;
import java.util.List;

/** The paper's rule, which says its options where a run's settings are written down. Immutable. */
record ContrastPairs(PairOptions options) implements PairRule {
  @Override
  public List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens) {
    return new PairBuilder(options, tokens).pairs(tree);
  }
}
