package dev.flowdpo.preference;

import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.RolloutTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;

/** The pairs of a rule whose rewards vary most. Immutable. */
record MostVariedPairs(PairRule rule, int perProblem) implements PairRule {
  MostVariedPairs {
    Objects.requireNonNull(rule, "rule");
    Require.atLeast(1, "perProblem", perProblem);
  }

  @Override
  public List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens) {
    List<PreferencePair> all = rule.pairs(tree, tokens);
    Set<Integer> kept = new HashSet<>();
    for (AdapterRole role : AdapterRole.values()) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).role() == role) {
          places.add(i);
        }
      }
      places.sort(Comparator.comparingDouble(i -> -variance(all.get(i)))); // stable
      kept.addAll(places.subList(0, Math.min(perProblem, places.size())));
    }
    List<PreferencePair> pairs = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (kept.contains(i)) {
        pairs.add(all.get(i));
      }
    }
    return List.copyOf(pairs);
  }

  private static double variance(PreferencePair pair) {
    double[] rewards =
        pair.completions().stream().mapToDouble(RewardedCompletion::reward).toArray();
    double mean = DoubleStream.of(rewards).average().orElseThrow();
    return DoubleStream.of(rewards).map(reward -> (reward - mean) * (reward - mean)).sum()
        / rewards.length;
  }

  @Override
  public Optional<PairRule> pace() {
    return rule.pace();
  }
}
