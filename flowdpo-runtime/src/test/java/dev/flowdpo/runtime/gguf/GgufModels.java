package dev.flowdpo.runtime.gguf;

import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes models of folders as the common converter does: its names, its order of rows, its norms.
 * Stateless.
 */
final class GgufModels {
  private static final Set<Architecture> PERMUTED =
      Set.of(Architecture.LLAMA, Architecture.MISTRAL, Architecture.GRANITE, Architecture.SMOLLM3);
  private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)");

  private GgufModels() {}

  /** Returns a file of the model, in F32. */
  static GgufBytes of(Checkpoint folder, int version) {
    GgufBytes file = new GgufBytes(version).putAll(keys(folder.config()));
    putTensors(file, folder, name -> true);
    return file;
  }

  /** Adds those of a model's tensors whose names in the folder are chosen. */
  static void putTensors(GgufBytes file, Checkpoint folder, Predicate<String> chosen) {
    ModelConfig config = folder.config();
    boolean gemma = config.variant().normWeightsFromOne();
    Checkpoint.expectedTensors(config)
        .forEach(
            (name, shape) -> {
              if (chosen.test(name)) {
                float[] values = values(folder.weight(name));
                if (gemma && name.endsWith("norm.weight")) {
                  for (int i = 0; i < values.length; i++) {
                    values[i] += 1;
                  }
                }
                int heads = name.contains("q_proj") ? config.attentionHeads() : 0;
                heads = name.contains("k_proj") ? config.keyValueHeads() : heads;
                if (heads > 0 && PERMUTED.contains(config.architecture())) {
                  values = permuted(values, heads, (int) shape[0]);
                }
                file.tensor(name(name, config), values, shape);
              }
            });
  }

  /** Pairs that are half a head apart become neighbours. */
  private static float[] permuted(float[] values, int heads, int rows) {
    int columns = values.length / rows;
    int size = rows / heads;
    float[] permuted = new float[values.length];
    int to = 0;
    for (int head = 0; head < heads; head++) {
      for (int pair = 0; pair < size / 2; pair++) {
        for (int half = 0; half < 2; half++) {
          int from = head * size + half * (size / 2) + pair;
          System.arraycopy(values, from * columns, permuted, to++ * columns, columns);
        }
      }
    }
    return permuted;
  }

  static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static String name(String name, ModelConfig config) {
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches()) {
      return switch (name) {
        case "model.embed_tokens.weight" -> "token_embd.weight";
        case "model.norm.weight" -> "output_norm.weight";
        default -> "output.weight";
      };
    }
    boolean around = config.architecture().className().startsWith("Gemma");
    String part = layer.group(2);
    String inside =
        part.replace("self_attn.q_proj", "attn_q")
            .replace("self_attn.k_proj", "attn_k")
            .replace("self_attn.v_proj", "attn_v")
            .replace("self_attn.qkv_proj", "attn_qkv")
            .replace("self_attn.o_proj", "attn_output")
            .replace("self_attn.q_norm", "attn_q_norm")
            .replace("self_attn.k_norm", "attn_k_norm")
            .replace("mlp.gate_up_proj", "ffn_up")
            .replace("mlp.gate_proj", "ffn_gate")
            .replace("mlp.up_proj", "ffn_up")
            .replace("mlp.down_proj", "ffn_down")
            .replace("input_layernorm", "attn_norm")
            .replace("pre_feedforward_layernorm", "ffn_norm")
            .replace("post_feedforward_layernorm", "post_ffw_norm")
            .replace(
                "post_attention_layernorm",
                around || config.architecture() == Architecture.OLMO2
                    ? "post_attention_norm"
                    : "ffn_norm");
    return "blk." + layer.group(1) + "." + inside;
  }

  static Map<String, Object> keys(ModelConfig config) {
    DecoderVariant variant = config.variant();
    String name =
        config.architecture() == Architecture.MISTRAL ? "llama" : config.architecture().shortName();
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("general.architecture", name);
    keys.put("general.name", "Test");
    keys.put(name + ".block_count", config.layers());
    keys.put(name + ".context_length", config.maxPositions());
    keys.put(name + ".embedding_length", config.hiddenSize());
    keys.put(name + ".feed_forward_length", config.feedForwardSize());
    keys.put(name + ".attention.head_count", config.attentionHeads());
    keys.put(name + ".attention.head_count_kv", config.keyValueHeads());
    keys.put(name + ".attention.key_length", config.headSize());
    keys.put(name + ".attention.value_length", config.headSize());
    keys.put(name + ".rope.freq_base", (float) config.ropeTheta());
    keys.put(name + ".attention.layer_norm_rms_epsilon", (float) config.normEpsilon());
    if (config.architecture() == Architecture.GRANITE) {
      keys.put(name + ".attention.scale", (float) config.attentionScale());
      keys.put(name + ".embedding_scale", (float) variant.embeddingMultiplier());
      keys.put(name + ".residual_scale", (float) variant.residualMultiplier());
      keys.put(name + ".logit_scale", (float) variant.logitDivisor());
    }
    variant
        .attentionSoftCap()
        .ifPresent(cap -> keys.put(name + ".attn_logit_softcapping", (float) cap));
    variant
        .logitSoftCap()
        .ifPresent(cap -> keys.put(name + ".final_logit_softcapping", (float) cap));
    variant
        .window()
        .filter(window -> config.architecture() != Architecture.MISTRAL)
        .ifPresent(window -> keys.put(name + ".attention.sliding_window", window.size()));
    int vocabulary = config.vocabularySize();
    String[] tokens = new String[vocabulary];
    float[] scores = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      tokens[id] = "t" + id;
      scores[id] = -id;
    }
    keys.put("tokenizer.ggml.model", "llama");
    keys.put("tokenizer.ggml.tokens", tokens);
    keys.put("tokenizer.ggml.scores", scores);
    config.endOfSequenceIds().forEach(id -> keys.put("tokenizer.ggml.eos_token_id", id));
    config.beginOfSequenceId().ifPresent(id -> keys.put("tokenizer.ggml.bos_token_id", id));
    return keys;
  }
}
