package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.QueryKeyNorm;
import java.util.Arrays;

/** A place in a decoder layer where a norm may be. */
public enum LayerNorm {
  /** Of what attention reads. */
  BEFORE_ATTENTION,
  /** Of what attention adds to the residual stream. */
  AFTER_ATTENTION,
  /** Of what the feed-forward block reads. */
  BEFORE_FEED_FORWARD,
  /** Of what the feed-forward block adds to the residual stream. */
  AFTER_FEED_FORWARD,
  /** Of queries, before they are rotated. */
  QUERY,
  /** Of keys, before they are rotated. */
  KEY;

  /** Norms before attention and feed-forward, as most models have them. */
  static final ImmutableSet<LayerNorm> BEFORE_BLOCKS =
      Sets.immutableEnumSet(BEFORE_ATTENTION, BEFORE_FEED_FORWARD);

  /** Norms after attention and feed-forward. */
  static final ImmutableSet<LayerNorm> AFTER_BLOCKS =
      Sets.immutableEnumSet(AFTER_ATTENTION, AFTER_FEED_FORWARD);

  /** Norms before and after both. */
  static final ImmutableSet<LayerNorm> AROUND_BLOCKS =
      Sets.immutableEnumSet(Sets.union(BEFORE_BLOCKS, AFTER_BLOCKS));

  /**
   * {@return the norms that every decoder layer of this model has}
   *
   * @param config the model
   */
  public static ImmutableList<LayerNorm> of(ModelConfig config) {
    return Arrays.stream(values())
        .filter(norm -> norm.isIn(config.variant()))
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * {@return whether layers of such a decoder have this norm}
   *
   * @param variant the decoder
   */
  public boolean isIn(DecoderVariant variant) {
    return switch (this) {
      case QUERY, KEY -> variant.queryKeyNorm() != QueryKeyNorm.NONE;
      default -> variant.norms().contains(this);
    };
  }

  /**
   * {@return how many elements are normalised together in a model of this configuration}
   *
   * @param config the model
   */
  public int width(ModelConfig config) {
    boolean eachHead = config.variant().queryKeyNorm() == QueryKeyNorm.EACH_HEAD;
    return switch (this) {
      case QUERY -> eachHead ? config.headSize() : config.queryWidth();
      case KEY -> eachHead ? config.headSize() : config.keyValueWidth();
      default -> config.hiddenSize();
    };
  }
}
