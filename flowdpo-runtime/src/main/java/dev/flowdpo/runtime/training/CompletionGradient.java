package dev.flowdpo.runtime.training;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.internal.NativeLibraries;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds up the gradient by an adapter of any loss that depends on completions through their
 * log-probabilities alone. The loss itself comes in as a function: it gets the log-probabilities of
 * all scored tokens and gives the loss's derivative, either by the sum of every sequence or by each
 * token. What builds on this are {@link GroupGradient} and {@link SupervisedGradient}.
 *
 * <p>Thread-safe as far as the vectors it adds to are not shared.
 */
public abstract class CompletionGradient {
  private final FrozenBase base;

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

  CompletionGradient(FrozenBase base) {
    this.base = base;
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
  public abstract void add(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      Coefficients coefficients,
      INDArray gradient);

  /**
   * Adds the gradient of one batch by a scoring pass, and a pass that is seeded with the derivative
   * at every token.
   *
   * @param policy the adapter to differentiate by
   * @param dropoutSeed what the dropout masks come from, if the policy has dropout; both passes
   *     have the same
   * @param coefficients the loss
   * @param gradient one element per adapter parameter; is added to
   * @throws dev.flowdpo.error.InvalidInputException if a sequence is too long for the model or has
   *     a token outside its vocabulary
   */
  public abstract void addByToken(
      AdapterSnapshot policy,
      CompletionBatch batch,
      long dropoutSeed,
      TokenCoefficients coefficients,
      INDArray gradient);

  final FrozenBase base() {
    return base;
  }
}
