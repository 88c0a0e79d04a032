package dev.flowdpo.verify;

import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The weighted mean of rewards; an unknown verdict makes it unknown.
 *
 * @param weights one per verifier, in their order
 */
record WeightedMean(List<Double> weights) implements Combination.Rule {
  WeightedMean {
    weights = List.copyOf(weights);
    if (weights.isEmpty()) {
      throw new InvalidInputException(
          "weighted: expected at least one verifier, found none. Give verifiers with weights.");
    }
    weights.forEach(weight -> Require.positive("weight", weight));
  }

  @Override
  public Optional<Verdict> settled(Verdict verdict) {
    return verdict.known() ? Optional.empty() : Optional.of(verdict);
  }

  @Override
  public Verdict conclusion(List<Verdict> verdicts) {
    double largest = weights.stream().mapToDouble(weight -> weight).max().orElseThrow();
    double total = 0;
    double sum = 0;
    for (int i = 0; i < weights.size(); i++) {
      double share = weights.get(i) / largest; // large weights do not overflow
      total += share;
      sum += share * verdicts.get(i).reward().orElseThrow();
    }
    String reasons =
        verdicts.stream()
            .flatMap(verdict -> verdict.reason().stream())
            .collect(Collectors.joining("; "));
    Optional<ExtractedAnswer> answer =
        verdicts.stream().flatMap(verdict -> verdict.answer().stream()).findFirst();
    return Verdict.reward(Math.min(1, sum / total), reasons).on(answer);
  }
}
