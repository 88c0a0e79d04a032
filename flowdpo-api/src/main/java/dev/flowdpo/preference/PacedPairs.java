package dev.flowdpo.preference;

import dev.flowdpo.rollout.RolloutTree;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The pairs of one rule, learned from as often as another rule says. Immutable. */
final class PacedPairs implements PairRule {
  private final PairRule rule;
  private final PairRule pace;

  PacedPairs(PairRule rule, PairRule pace) {
    this.rule = Objects.requireNonNull(rule, "rule");
    this.pace = Objects.requireNonNull(pace, "pace");
  }

  @Override
  public List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens) {
    return rule.pairs(tree, tokens);
  }

  @Override
  public Optional<PairRule> pace() {
    return Optional.of(pace);
  }

  @Override
  public String toString() {
    return "PacedPairs[rule=" + rule + ", pace=" + pace + "]";
  }
}
