package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.flowdpo.runtime.internal.Lookup;

/**
 * What a family calls the parts of its models: in checkpoints, where a part's tensors are its name
 * with {@code .weight} or {@code .bias}, and in PEFT adapters. Immutable and thread-safe.
 *
 * @param embeddings the token embeddings
 * @param layers the list of decoder layers; layer 0 is {@code NAME.0}
 * @param norms the norms inside a decoder layer, those that the family's models may have
 * @param linears the linear layers inside a decoder layer, those that the family's models may have
 * @param lastNorm the norm after all layers
 * @param vocabularyProjection the output projection, where it is not the embeddings
 */
public record TensorNames(
    String embeddings,
    String layers,
    ImmutableMap<LayerNorm, String> norms,
    ImmutableMap<LinearLayer, String> linears,
    String lastNorm,
    String vocabularyProjection) {
  private static final ImmutableMap<LinearLayer, String> USUAL_LINEARS =
      Maps.immutableEnumMap(
          ImmutableMap.<LinearLayer, String>builder()
              .put(LinearLayer.QUERY, "self_attn.q_proj")
              .put(LinearLayer.KEY, "self_attn.k_proj")
              .put(LinearLayer.VALUE, "self_attn.v_proj")
              .put(LinearLayer.QUERY_KEY_VALUE, "self_attn.qkv_proj")
              .put(LinearLayer.OUTPUT, "self_attn.o_proj")
              .put(LinearLayer.GATE, "mlp.gate_proj")
              .put(LinearLayer.UP, "mlp.up_proj")
              .put(LinearLayer.GATE_UP, "mlp.gate_up_proj")
              .put(LinearLayer.DOWN, "mlp.down_proj")
              .buildOrThrow());

  /** The names in Llama, which most families share. */
  static final TensorNames USUAL =
      new TensorNames(
          "model.embed_tokens",
          "model.layers",
          Maps.immutableEnumMap(
              ImmutableMap.of(
                  LayerNorm.BEFORE_ATTENTION, "input_layernorm",
                  LayerNorm.BEFORE_FEED_FORWARD, "post_attention_layernorm",
                  LayerNorm.QUERY, "self_attn.q_norm",
                  LayerNorm.KEY, "self_attn.k_norm")),
          USUAL_LINEARS,
          "model.norm",
          "lm_head");

  /**
   * The names where there are norms after blocks: what Llama calls the norm after attention is the
   * one before the feed-forward block, here it is what it says.
   */
  static final TensorNames NORMS_AROUND_BLOCKS =
      USUAL.withNorms(
          ImmutableMap.of(
              LayerNorm.BEFORE_ATTENTION, "input_layernorm",
              LayerNorm.AFTER_ATTENTION, "post_attention_layernorm",
              LayerNorm.BEFORE_FEED_FORWARD, "pre_feedforward_layernorm",
              LayerNorm.AFTER_FEED_FORWARD, "post_feedforward_layernorm",
              LayerNorm.QUERY, "self_attn.q_norm",
              LayerNorm.KEY, "self_attn.k_norm"));

  /** Returns these names with others for the norms of a layer. */
  TensorNames withNorms(ImmutableMap<LayerNorm, String> other) {
    return new TensorNames(
        embeddings, layers, Maps.immutableEnumMap(other), linears, lastNorm, vocabularyProjection);
  }

  /** {@return the tensor that holds the weights of a part} */
  public static String weight(String module) {
    return module + ".weight";
  }

  /** {@return the tensor that holds the bias of a part} */
  public static String bias(String module) {
    return module + ".bias";
  }

  /**
   * {@return the full name of a norm}
   *
   * @param layer the index of the decoder layer, from 0
   */
  public String module(int layer, LayerNorm norm) {
    return layers + "." + layer + "." + Lookup.required(norms, norm);
  }

  /**
   * {@return the full name of a linear layer}
   *
   * @param layer the index of the decoder layer, from 0
   */
  public String module(int layer, LinearLayer linear) {
    return layers + "." + layer + "." + path(linear);
  }

  /** {@return the name of a linear layer inside its decoder layer, {@code self_attn.q_proj}} */
  public String path(LinearLayer linear) {
    return Lookup.required(linears, linear);
  }

  /** {@return the last part of a linear layer's name, such as {@code q_proj}} */
  public String shortName(LinearLayer linear) {
    String path = path(linear);
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
