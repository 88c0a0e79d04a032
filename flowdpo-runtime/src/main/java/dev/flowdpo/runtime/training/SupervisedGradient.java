package dev.flowdpo.runtime.training;

import com.google.common.base.Preconditions;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the mean negative log-likelihood of completions by every factor of an adapter:
 * supervised fine-tuning (Flow-DPO, section 3.3, the compile stage).
 *
 * <p>The mean runs over all completion tokens of the batch, prompts excluded, as in TRL's
 * SFTTrainer with completion-only loss:
 *
 * <pre>
 *   loss = −Σᵢ wᵢ Σₜ log π(yᵢₜ | xᵢ, earlier tokens) / Σᵢ wᵢ |yᵢ|
 * </pre>
 *
 * <p>Completions go through the model in micro-batches of similar lengths; the split does not
 * change the result. Thread-safe as far as its results are not shared.
 */
public final class SupervisedGradient {
  private final CompletionGradient gradients;
  private final int maxTokens;

  private SupervisedGradient(CompletionGradient gradients, int maxTokens) {
    this.gradients = gradients;
    this.maxTokens = maxTokens;
  }

  /** Returns the gradient that goes this way. */
  public static SupervisedGradient of(FrozenBase base, GradientPath path) {
    return new SupervisedGradient(
        CompletionGradient.of(base, path), CompletionBatch.maxTokens(base.config()));
  }

  /** Returns the most padded tokens of a batch. */
  int maxTokens() {
    return maxTokens;
  }

  /**
   * The loss and its gradient, whose native memory is freed by {@link #close}, or else by the
   * garbage collector.
   *
   * @param loss mean negative log-likelihood of a completion token, in nats
   * @param tokens the number of completion tokens
   * @param sums log π summed over the tokens of each completion, in their order
   * @param gradient one element per adapter parameter
   */
  public record Result(double loss, long tokens, double[] sums, INDArray gradient)
      implements AutoCloseable {

    /** Frees the gradient. */
    @Override
    public void close() {
      gradient.close();
    }
  }

  /**
   * Computes the loss and its gradient with the same weight for every token.
   *
   * @param policy the adapter that learns
   * @param completions at least one
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   */
  public Result compute(AdapterSnapshot policy, List<Completion> completions, long dropoutSeed) {
    double[] weights = new double[completions.size()];
    Arrays.fill(weights, 1);
    return compute(policy, completions, weights, dropoutSeed);
  }

  /**
   * Computes the loss and its gradient.
   *
   * @param policy the adapter that learns
   * @param completions at least one
   * @param weights how much a token of each completion counts: finite, at least 0, not all 0
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   */
  public Result compute(
      AdapterSnapshot policy, List<Completion> completions, double[] weights, long dropoutSeed) {
    double total = totalWeight(completions, weights);
    INDArray gradient = NativeVectors.zeros(policy.layout().size());
    double[] sums = new double[completions.size()];
    double loss = 0;
    for (List<Integer> indices : CompletionBatch.split(completions, maxTokens)) {
      double[] found =
          add(
              policy,
              indices.stream().map(completions::get).toList(),
              indices.stream().mapToDouble(i -> weights[i] / total).toArray(),
              dropoutSeed + indices.get(0),
              gradient);
      for (int i = 0; i < found.length; i++) {
        int index = indices.get(i);
        sums[index] = found[i];
        loss -= weights[index] / total * found[i];
      }
    }
    long tokens = completions.stream().mapToLong(c -> c.completion().length).sum();
    return new Result(loss, tokens, sums, gradient);
  }

  /**
   * Adds the gradient of completions that go through the model together.
   *
   * @param factors by which each completion's negative log-likelihood enters the loss
   * @return the log-probability sums
   */
  double[] add(
      AdapterSnapshot policy,
      List<Completion> completions,
      double[] factors,
      long dropoutSeed,
      INDArray gradient) {
    double[] found = new double[completions.size()];
    CompletionBatch batch = CompletionBatch.of(completions);
    gradients.add(
        policy,
        batch,
        dropoutSeed,
        scores -> {
          System.arraycopy(batch.sums(scores), 0, found, 0, found.length);
          return Arrays.stream(factors).map(factor -> -factor).toArray();
        },
        gradient);
    return found;
  }

  private static double totalWeight(List<Completion> completions, double[] weights) {
    Preconditions.checkArgument(
        weights.length == completions.size() && weights.length > 0,
        "Expected completions with one weight each, found %s with %s weights",
        completions.size(),
        weights.length);
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      Preconditions.checkArgument(
          weights[i] >= 0 && Double.isFinite(weights[i]),
          "Expected finite weights of at least 0, found %s",
          weights[i]);
      total += weights[i] * completions.get(i).completion().length;
    }
    Preconditions.checkArgument(total > 0, "Expected a weight above 0, found none");
    return total;
  }
}
