package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * In what a decoder differs from the plain one: RMS norm before attention and feed-forward, rotary
 * positions over the whole head, grouped-query attention to all tokens before, gated SiLU, no
 * biases, every factor 1. Whatever family a model is of, these values are all that the graphs know
 * of it. Immutable and thread-safe.
 *
 * @param fusedProjections whether queries, keys and values are one projection, and gate and up
 *     another
 * @param attentionInputBias whether the projections to queries, keys and values add a bias
 * @param attentionOutputBias whether the projection after attention adds a bias
 * @param feedForwardBias whether the projections of the feed-forward block add biases
 * @param norms where a layer has norms around attention and feed-forward
 * @param queryKeyNorm whether queries and keys are normalised before they are rotated
 * @param normWeightsFromOne whether norms multiply by 1 + weight
 * @param embeddingMultiplier what embeddings are multiplied by
 * @param residualMultiplier what the results of attention and feed-forward are multiplied by before
 *     they are added to the residual stream
 * @param logitDivisor what logits are divided by
 * @param activation the function on the gate
 * @param attentionScalar what scores are divided by the root of; the head size if absent
 * @param attentionMultiplier what scores are multiplied by instead
 * @param attentionSoftCap c in {@code c · tanh(score / c)}, before the mask
 * @param logitSoftCap c in {@code c · tanh(logit / c)}
 * @param window which layers see only the latest tokens
 * @param rotary how positions turn queries and keys
 */
public record DecoderVariant(
    boolean fusedProjections,
    boolean attentionInputBias,
    boolean attentionOutputBias,
    boolean feedForwardBias,
    ImmutableSet<LayerNorm> norms,
    QueryKeyNorm queryKeyNorm,
    boolean normWeightsFromOne,
    double embeddingMultiplier,
    double residualMultiplier,
    double logitDivisor,
    Activation activation,
    OptionalDouble attentionScalar,
    OptionalDouble attentionMultiplier,
    OptionalDouble attentionSoftCap,
    OptionalDouble logitSoftCap,
    Optional<Window> window,
    Rotary rotary) {

  /** What of queries and keys is normalised together, before it is rotated. */
  public enum QueryKeyNorm {
    /** Nothing. */
    NONE,
    /** Each head, by the same weights. */
    EACH_HEAD,
    /** All heads together. */
    ALL_HEADS
  }

  /**
   * Sliding-window attention: a token sees itself and those before it, {@code size} in all.
   *
   * @param size at least 1
   * @param layers the layers with this window; the others see everything
   */
  public record Window(int size, ImmutableSortedSet<Integer> layers) {
    /** Returns a window in these layers. */
    static Window of(int size, Set<Integer> layers) {
      return new Window(size, ImmutableSortedSet.copyOf(layers));
    }
  }

  /**
   * The rotary position embedding.
   *
   * @param share the share of a head that is rotated, its first elements; above 0, at most 1
   * @param scaling how frequencies are stretched
   * @param local layers with a base of their own and no scaling
   * @param layersWithout layers that rotate nothing
   */
  public record Rotary(
      double share,
      RopeScaling scaling,
      Optional<Local> local,
      ImmutableSortedSet<Integer> layersWithout) {
    /** The whole head in every layer, without scaling. */
    public static final Rotary PLAIN =
        new Rotary(1, RopeScaling.none(), Optional.empty(), ImmutableSortedSet.of());

    /** Returns this rotation with another scaling. */
    Rotary withScaling(RopeScaling other) {
      return new Rotary(share, other, local, layersWithout);
    }

    /** Returns this rotation with another one in some layers. */
    Rotary withLocal(Local other) {
      return new Rotary(share, scaling, Optional.of(other), layersWithout);
    }

    /** Returns this rotation without these layers. */
    Rotary withoutLayers(ImmutableSortedSet<Integer> layers) {
      return new Rotary(share, scaling, local, layers);
    }
  }

  /**
   * The rotation of layers that see only their neighbourhood.
   *
   * @param theta the base of their frequencies
   * @param layers these layers
   */
  public record Local(double theta, ImmutableSortedSet<Integer> layers) {}

  /** {@return the plain decoder, that of Llama} */
  public static DecoderVariant plain() {
    return new Builder().build();
  }

  /** {@return a builder that starts with the plain decoder} */
  static Builder builder() {
    return new Builder();
  }

  /** Collects what differs; not thread-safe. */
  static final class Builder {
    private boolean fusedProjections;
    private boolean attentionInputBias;
    private boolean attentionOutputBias;
    private boolean feedForwardBias;
    private ImmutableSet<LayerNorm> norms = LayerNorm.BEFORE_BLOCKS;
    private QueryKeyNorm queryKeyNorm = QueryKeyNorm.NONE;
    private boolean normWeightsFromOne;
    private double embeddingMultiplier = 1;
    private double residualMultiplier = 1;
    private double logitDivisor = 1;
    private Activation activation = Activation.SILU;
    private OptionalDouble attentionScalar = OptionalDouble.empty();
    private OptionalDouble attentionMultiplier = OptionalDouble.empty();
    private OptionalDouble attentionSoftCap = OptionalDouble.empty();
    private OptionalDouble logitSoftCap = OptionalDouble.empty();
    private Optional<Window> window = Optional.empty();
    private Rotary rotary = Rotary.PLAIN;

    Builder fusedProjections(boolean value) {
      fusedProjections = value;
      return this;
    }

    Builder attentionBias(boolean input, boolean output) {
      attentionInputBias = input;
      attentionOutputBias = output;
      return this;
    }

    Builder feedForwardBias(boolean value) {
      feedForwardBias = value;
      return this;
    }

    Builder norms(ImmutableSet<LayerNorm> value) {
      norms = value;
      return this;
    }

    Builder queryKeyNorm(QueryKeyNorm value) {
      queryKeyNorm = value;
      return this;
    }

    Builder normWeightsFromOne(boolean value) {
      normWeightsFromOne = value;
      return this;
    }

    Builder embeddingMultiplier(double value) {
      embeddingMultiplier = value;
      return this;
    }

    Builder residualMultiplier(double value) {
      residualMultiplier = value;
      return this;
    }

    Builder logitDivisor(double value) {
      logitDivisor = value;
      return this;
    }

    Builder activation(Activation value) {
      activation = value;
      return this;
    }

    Builder attentionScalar(OptionalDouble value) {
      attentionScalar = value;
      return this;
    }

    Builder attentionMultiplier(OptionalDouble value) {
      attentionMultiplier = value;
      return this;
    }

    Builder softCaps(OptionalDouble attention, OptionalDouble logits) {
      attentionSoftCap = attention;
      logitSoftCap = logits;
      return this;
    }

    Builder window(Optional<Window> value) {
      window = value;
      return this;
    }

    Builder rotary(Rotary value) {
      rotary = value;
      return this;
    }

    DecoderVariant build() {
      return new DecoderVariant(
          fusedProjections,
          attentionInputBias,
          attentionOutputBias,
          feedForwardBias,
          norms,
          queryKeyNorm,
          normWeightsFromOne,
          embeddingMultiplier,
          residualMultiplier,
          logitDivisor,
          activation,
          attentionScalar,
          attentionMultiplier,
          attentionSoftCap,
          logitSoftCap,
          window,
          rotary);
    }
  }
}
