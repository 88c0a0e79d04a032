package dev.flowdpo.verify;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import dev.flowdpo.internal.Require;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The weighted mean of several verifiers' rewards. */
final class WeightedMean implements Verifier {
  private final ImmutableMap<Verifier, Double> weights;
  private final double total;

  WeightedMean(ImmutableMap<Verifier, Double> weights) {
    if (weights.isEmpty()) {
      throw new InvalidInputException(
          "weighted: expected at least one verifier, found none. Give verifiers with weights.");
    }
    double sum = 0;
    for (double weight : weights.values()) {
      sum += Require.positive("weight", weight);
    }
    this.weights = weights;
    this.total = sum;
  }

  @Override
  public Verdict verify(Problem problem, String answer) {
    double sum = 0;
    List<String> reasons = new ArrayList<>();
    for (Map.Entry<Verifier, Double> part : weights.entrySet()) {
      Verdict verdict = part.getKey().verify(problem, answer);
      if (!verdict.known()) {
        return verdict;
      }
      sum += part.getValue() * verdict.reward();
      if (!verdict.reason().isEmpty()) {
        reasons.add(verdict.reason());
      }
    }
    return Verdict.reward(Math.min(1, sum / total), String.join("; ", reasons));
  }
}
