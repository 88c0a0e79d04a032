package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.inference.FrozenBase;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds up the gradient by an adapter of any loss that depends on completions through their
 * log-probabilities alone. The loss itself comes in as a function: it gets the sum of the
 * log-probabilities of every sequence and gives the loss's derivative by each of them. What builds
 * on this are {@link PreferenceGradient} and {@link SupervisedGradient}.
 *
 * <p>Thread-safe as far as the vectors it adds to are not shared.
 */
public abstract class CompletionGradient {
  private final FrozenBase base;

  /** One of the two ways to form the gradient. */
  public enum Path {
    /** One pass gives taps; ND4J forms the gradient from them. The default. */
    TAPS,
    /** A scoring pass, then a pass in which the graph forms the gradient itself. */
    IN_GRAPH
  }

  /** A loss, as the gradient sees it. */
  @FunctionalInterface
  public interface Coefficients {

    /**
     * Returns ∂loss/∂(log-probability sum) of each sequence of a batch. It is called once, with
     * sums from which the gradient is formed.
     *
     * @param sums log π summed over the completion's tokens, one a sequence
     */
    double[] of(double[] sums);
  }

  CompletionGradient(FrozenBase base) {
    this.base = base;
  }

  /** Returns the gradient that goes this way. */
  public static CompletionGradient of(FrozenBase base, Path path) {
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

  final FrozenBase base() {
    return base;
  }
}
