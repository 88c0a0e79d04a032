package dev.flowdpo.runtime.training;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.graph.GradientGraphs;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.graph.Value;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds up the gradient by an adapter of any loss that depends on completions through their
 * log-probabilities alone. The loss itself comes in as a function: it gets the log-probabilities of
 * all scored tokens and gives the loss's derivative, either by the sum of every sequence or by each
 * token. What builds on this are {@link GroupGradient} and {@link SupervisedGradient}.
 *
 * <p>The model is read once forward, which gives the log-probabilities, and once back, seeded with
 * the loss's derivative at every scored token ({@link GradientGraphs}). The derivative by a token
 * is known before the way back begins, so completions may share rows.
 *
 * <p>Thread-safe as far as the vectors it adds to are not shared.
 */
public abstract class CompletionGradient {
  private final FrozenBase base;
  private final GradientPath path;

  /** A loss, as the gradient sees it. */
  @FunctionalInterface
  public interface Coefficients {

    /**
     * Returns ∂loss/∂(log-probability sum) of each sequence of a batch. It is called once, with
     * scores from which the gradient is formed.
     *
     * @param scores log π of every scored token of the batch, sequence after sequence
     */
    double[] of(float[] scores);
  }

  /** A loss whose derivative differs among the tokens of a sequence. */
  @FunctionalInterface
  public interface TokenCoefficients {

    /**
     * Returns ∂loss/∂(log-probability) of every scored token of a batch. It is called once.
     *
     * @param scores log π of every scored token of the batch, sequence after sequence
     */
    float[] of(float[] scores);
  }

  CompletionGradient(FrozenBase base, GradientPath path) {
    this.base = base;
    this.path = path;
  }

  /**
   * Returns the gradient that goes this way.
   *
   * @throws dev.flowdpo.error.FlowException if the native libraries of ND4J are not here
   */
  public static CompletionGradient of(FrozenBase base, GradientPath path) {
    NativeLibraries.prepareLearning();
    return switch (path) {
      case TAPS -> new TapsGradient(base);
      case IN_GRAPH -> new InGraphGradient(base);
    };
  }

  /**
   * Adds the gradient of one batch, which goes through the model as it is, in one piece.
   *
   * @param policy the adapter to differentiate by
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   * @param coefficients the loss
   * @param gradient one element per adapter parameter; is added to
   * @throws dev.flowdpo.error.InvalidInputException if a sequence is too long for the model or has
   *     a token outside its vocabulary
   */
  public final void add(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      Coefficients coefficients,
      INDArray gradient) {
    addByToken(
        policy, batch, dropoutSeed, scores -> batch.perToken(coefficients.of(scores)), gradient);
  }

  /**
   * Adds the gradient of one batch by a loss whose derivative differs among tokens.
   *
   * @param policy the adapter to differentiate by
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout
   * @param coefficients the loss
   * @param gradient one element per adapter parameter; is added to
   * @throws dev.flowdpo.error.InvalidInputException if a sequence is too long for the model or has
   *     a token outside its vocabulary
   */
  public final void addByToken(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      TokenCoefficients coefficients,
      INDArray gradient) {
    boolean dropout = policy.dropout() > 0;
    GradientGraphs graphs = base.gradientGraphs(path, dropout, batch.width());
    try (TensorFeed feed = base.feed()) {
      batch.feed(feed, base.maxTokens(), base.config().vocabularySize());
      feed.describe("gradient", batch.rows(), batch.width(), policy);
      feed.adapter(policy, dropout ? DropoutMasks.factor(policy) : 1);
      if (dropout) {
        DropoutMasks.feed(
            feed,
            LinearSite.of(base.config()),
            batch.paddedTokens(),
            policy.dropout(),
            dropoutSeed);
      }
      TwoPasses passes = new TwoPasses(base, graphs, feed, batch, policy.layout().rank());
      SiteGradients sites = sites(policy, batch, gradient);
      feed.recorded(
          () -> {
            passes.back(coefficients.of(passes.forward()), sites);
            return batch;
          });
    }
  }

  /** Returns what takes up the gradient of every site that the adapter has. */
  abstract SiteGradients sites(AdapterSnapshot policy, CompletionBatch batch, INDArray gradient);

  /** Takes up the gradient of one site. */
  @FunctionalInterface
  interface SiteGradients {

    /**
     * Adds the gradient of a site.
     *
     * @param outputs what the backward pass gives of it
     * @param memory where a value that it names lies
     */
    void add(GradientGraphs.SiteOutputs outputs, Function<Value, ByteBuffer> memory);
  }

  /**
   * Returns the number of each site in a layout; sites that an adapter does not touch have none.
   */
  static Map<LinearSite, Integer> numbers(AdapterLayout layout) {
    Map<LinearSite, Integer> numbers = new HashMap<>();
    for (LinearSite site : layout.sites()) {
      numbers.put(site, numbers.size());
    }
    return numbers;
  }
}
