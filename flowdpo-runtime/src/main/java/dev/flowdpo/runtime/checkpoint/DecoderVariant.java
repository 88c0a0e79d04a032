package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * In what a decoder differs from the plain one: RMS norm before attention and feed-forward, rotary
 * positions over the whole head, grouped-query attention to all tokens before, gated SiLU, no
 * biases. Immutable and thread-safe.
 *
 * @param fusedProjections whether queries, keys and values are one projection, and gate and up
 *     another
 * @param attentionInputBias whether the projections to queries, keys and values add a bias
 * @param attentionOutputBias whether the projection after attention adds a bias
 * @param feedForwardBias whether the projections of the feed-forward block add biases
 * @param queryKeyNorm whether each head of queries and keys is normalised before it is rotated
 * @param normsAfterBlocks whether the results of attention and feed-forward are normalised too
 * @param normWeightsFromOne whether norms multiply by 1 + weight
 * @param scaledEmbeddings whether embeddings are multiplied by the root of the hidden size
 * @param activation the function on the gate
 * @param attentionScalar what scores are divided by the root of; the head size if absent
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
    boolean queryKeyNorm,
    boolean normsAfterBlocks,
    boolean normWeightsFromOne,
    boolean scaledEmbeddings,
    Activation activation,
    OptionalDouble attentionScalar,
    OptionalDouble attentionSoftCap,
    OptionalDouble logitSoftCap,
    Optional<Window> window,
    Rotary rotary) {

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
    private boolean queryKeyNorm;
    private boolean gemmaNorms;
    private Activation activation = Activation.SILU;
    private OptionalDouble attentionScalar = OptionalDouble.empty();
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

    Builder queryKeyNorm(boolean value) {
      queryKeyNorm = value;
      return this;
    }

    /** Norms after the blocks too, norm weights from one, scaled embeddings. */
    Builder gemmaNorms(boolean value) {
      gemmaNorms = value;
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
          queryKeyNorm,
          gemmaNorms,
          gemmaNorms,
          gemmaNorms,
          activation,
          attentionScalar,
          attentionSoftCap,
          logitSoftCap,
          window,
          rotary);
    }
  }
}
