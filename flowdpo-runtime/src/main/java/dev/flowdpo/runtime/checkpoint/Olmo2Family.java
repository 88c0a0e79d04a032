package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.QueryKeyNorm;
import java.util.OptionalInt;

/**
 * OLMo 2: norms after attention and feed-forward and none before, and all heads of a token's
 * queries normalised together, as those of its keys.
 */
final class Olmo2Family extends ModelFamily {
  private static final TensorNames NAMES =
      TensorNames.USUAL.withNorms(
          ImmutableMap.of(
              LayerNorm.AFTER_ATTENTION, "post_attention_layernorm",
              LayerNorm.AFTER_FEED_FORWARD, "post_feedforward_layernorm",
              LayerNorm.QUERY, "self_attn.q_norm",
              LayerNorm.KEY, "self_attn.k_norm"));

  Olmo2Family() {
    super(
        "Olmo2ForCausalLM",
        "olmo2",
        ConfigDefaults.of(2048, 10_000).tokens(OptionalInt.empty(), 50_279).epsilon(1e-5));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseFeedForward(source);
    boolean bias = BiasKeys.attention(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(bias, bias)
        .norms(LayerNorm.AFTER_BLOCKS)
        .queryKeyNorm(QueryKeyNorm.ALL_HEADS)
        .rotary(source.rotary());
    WindowKeys.refuse(source);
  }

  @Override
  TensorNames names() {
    return NAMES;
  }
}
