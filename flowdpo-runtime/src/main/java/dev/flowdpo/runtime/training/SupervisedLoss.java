package dev.flowdpo.runtime.training;

import com.google.common.hash.PrimitiveSink;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean negative log-likelihood of a completion token, as {@link SupervisedGradient} defines it. An
 * example weighs as much as it has completion tokens. Thread-safe.
 */
public final class SupervisedLoss implements TrainingLoss<Completion> {
  private final SupervisedGradient gradients;
  private final CompletionScorer scorer;

  /** Computes with this model, which must stay open. */
  public SupervisedLoss(FrozenBase base) {
    this.gradients = SupervisedGradient.of(base, base.gradients());
    this.scorer = new CompletionScorer(base);
  }

  @Override
  public String description() {
    return "negative log-likelihood, mean over completion tokens";
  }

  @Override
  public int sequences() {
    return 1;
  }

  @Override
  public int maxTokens() {
    return gradients.maxTokens();
  }

  @Override
  public int length(Completion example) {
    return example.inputLength();
  }

  @Override
  public double weight(Completion example) {
    return example.completion().length;
  }

  @Override
  public void identify(Completion example, PrimitiveSink sink) {
    for (int[] tokens : List.of(example.prompt(), example.completion())) {
      sink.putInt(tokens.length);
      Arrays.stream(tokens).forEach(sink::putInt);
    }
  }

  @Override
  public Figures add(
      AdapterSnapshot policy,
      List<Completion> examples,
      double totalWeight,
      long dropoutSeed,
      INDArray gradient) {
    double[] factors = new double[examples.size()];
    Arrays.fill(factors, 1 / totalWeight);
    return figures(examples, gradients.add(policy, examples, factors, dropoutSeed, gradient));
  }

  @Override
  public Figures evaluate(AdapterSnapshot policy, List<Completion> examples) {
    double[] sums =
        scorer.tokenLogProbabilities(policy, examples).stream()
            .mapToDouble(SupervisedLoss::sum)
            .toArray();
    return figures(examples, sums);
  }

  private static double sum(float[] scores) {
    double sum = 0;
    for (float score : scores) {
      sum += score;
    }
    return sum;
  }

  private Figures figures(List<Completion> examples, double[] sums) {
    double weight = examples.stream().mapToDouble(this::weight).sum();
    return new Figures(-Arrays.stream(sums).sum() / weight, weight, Map.of());
  }
}
