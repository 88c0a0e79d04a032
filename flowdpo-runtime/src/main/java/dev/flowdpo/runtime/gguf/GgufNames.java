package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.flowdpo.runtime.checkpoint.LayerNorm;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.TensorNames;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.List;

/** What a model's tensors are called in GGUF files and in folders. Stateless and thread-safe. */
final class GgufNames {
  private static final ImmutableMap<LinearLayer, String> LINEARS =
      Maps.immutableEnumMap(
          ImmutableMap.<LinearLayer, String>builder()
              .put(LinearLayer.QUERY, "attn_q")
              .put(LinearLayer.KEY, "attn_k")
              .put(LinearLayer.VALUE, "attn_v")
              .put(LinearLayer.QUERY_KEY_VALUE, "attn_qkv")
              .put(LinearLayer.OUTPUT, "attn_output")
              .put(LinearLayer.GATE, "ffn_gate")
              .put(LinearLayer.UP, "ffn_up")
              .put(LinearLayer.GATE_UP, "ffn_up")
              .put(LinearLayer.DOWN, "ffn_down")
              .buildOrThrow());

  private static final ImmutableMap<LayerNorm, String> NORMS =
      Maps.immutableEnumMap(
          ImmutableMap.of(
              LayerNorm.BEFORE_ATTENTION, "attn_norm",
              LayerNorm.AFTER_ATTENTION, "post_attention_norm",
              LayerNorm.BEFORE_FEED_FORWARD, "ffn_norm",
              LayerNorm.AFTER_FEED_FORWARD, "post_ffw_norm",
              LayerNorm.QUERY, "attn_q_norm",
              LayerNorm.KEY, "attn_k_norm"));

  private GgufNames() {}

  /**
   * The two names of a tensor.
   *
   * @param inFolder the name in a folder
   * @param inFile the name in a GGUF file
   * @param rotatedHeads the heads in its rows where they are queries or keys, else 0
   * @param norm whether it is the weight of a norm
   */
  record Name(String inFolder, String inFile, int rotatedHeads, boolean norm) {}

  /** Returns the names of all tensors of a model. */
  static List<Name> of(ModelConfig config) {
    TensorNames names = config.names();
    ImmutableList.Builder<Name> all = ImmutableList.builder();
    all.add(new Name(weight(names.embeddings()), "token_embd.weight", 0, false));
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "blk." + layer + ".";
      for (LayerNorm norm : LayerNorm.of(config)) {
        String inFile = block + Lookup.required(NORMS, norm);
        all.add(new Name(weight(names.module(layer, norm)), weight(inFile), 0, true));
      }
      for (LinearLayer linear : LinearLayer.of(config)) {
        String module = names.module(layer, linear);
        String inFile = block + Lookup.required(LINEARS, linear);
        int heads = rotatedHeads(linear, config);
        all.add(new Name(weight(module), weight(inFile), heads, false));
        if (linear.hasBias(config)) {
          all.add(new Name(TensorNames.bias(module), TensorNames.bias(inFile), heads, false));
        }
      }
    }
    all.add(new Name(weight(names.lastNorm()), "output_norm.weight", 0, true));
    if (!config.tiedEmbeddings()) {
      all.add(new Name(weight(names.vocabularyProjection()), "output.weight", 0, false));
    }
    return all.build();
  }

  private static int rotatedHeads(LinearLayer linear, ModelConfig config) {
    return switch (linear) {
      case QUERY -> config.attentionHeads();
      case KEY -> config.keyValueHeads();
      default -> 0;
    };
  }

  private static String weight(String module) {
    return TensorNames.weight(module);
  }
}
