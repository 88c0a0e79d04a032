package dev.flowdpo.verify;

import dev.flowdpo.rollout.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The lowest or the highest reward counts; the end of the scale settles the matter.
 *
 * @param lowest whether the lowest counts
 */
record Extreme(boolean lowest) implements Combination.Rule {
  @Override
  public Optional<Verdict> settled(Verdict verdict) {
    return verdict.known() && verdict.reward().orElseThrow() == (lowest ? 0 : 1)
        ? Optional.of(verdict)
        : Optional.empty();
  }

  @Override
  public Verdict conclusion(List<Verdict> verdicts) {
    Comparator<Verdict> byReward =
        Comparator.comparingDouble(verdict -> verdict.reward().orElseThrow());
    return verdicts.stream()
        .filter(verdict -> !verdict.known())
        .findFirst()
        .or(() -> verdicts.stream().min(lowest ? byReward : byReward.reversed()))
        .orElseThrow();
  }
}
