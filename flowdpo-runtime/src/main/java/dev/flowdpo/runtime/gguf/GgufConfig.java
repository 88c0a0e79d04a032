package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Reads the configuration of a model from a GGUF file's keys: says them in the words of a folder's
 * {@code config.json}, so that a family means the same in both. Not thread-safe.
 */
final class GgufConfig {
  private static final String NO_EXPERTS = "no experts: mixtures of experts are not supported";

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final GgufFamily family;
  private final ObjectNode json = JsonObjectFile.object();

  private GgufConfig(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
    this.family = GgufFamily.of(metadata);
  }

  /**
   * Returns the configuration.
   *
   * @throws InvalidInputException if the family is not supported, a key is missing or out of range,
   *     or the model uses what is not supported
   */
  static ModelConfig read(GgufFile file) {
    return new GgufConfig(file).config();
  }

  private ModelConfig config() {
    refuseUnsupported();
    json.putArray("architectures").add(family.architecture().className());
    int hidden = required("embedding_length");
    int heads = required("attention.head_count");
    int layers = required("block_count");
    json.put("hidden_size", hidden);
    json.put("num_attention_heads", heads);
    json.put("num_key_value_heads", integer("attention.head_count_kv").orElse(heads));
    json.put("num_hidden_layers", layers);
    json.put("intermediate_size", required("feed_forward_length"));
    json.put("max_position_embeddings", required("context_length"));
    json.put("vocab_size", vocabularySize());
    json.put("rms_norm_eps", positive("attention.layer_norm_rms_epsilon").orElse(1e-5));
    json.put("tie_word_embeddings", !file.tensors().containsKey("output.weight"));
    int headSize = headSize(hidden, heads);
    json.put("head_dim", headSize);
    json.put("attention_bias", hasTensor("attn_q.bias") && family != GgufFamily.QWEN2);
    json.put("mlp_bias", hasTensor("ffn_up.bias"));
    putRotary(headSize);
    putFamily(headSize, hidden / heads, layers);
    putTokens();
    return ModelConfig.fromJson(file.path(), JsonObjectFile.format(json));
  }

  private void refuseUnsupported() {
    String experts = key("expert_count");
    if (metadata.integer(experts, 0).orElse(0) > 0) {
      throw metadata.wrong(experts, NO_EXPERTS, metadata.requiredInteger(experts, 0));
    }
    String clamp = key("attention.clamp_kqv");
    if (metadata.number(clamp).orElse(0.0) > 0) {
      throw metadata.wrong(clamp, "no such key: not supported", metadata.number(clamp).get());
    }
    String causal = key("attention.causal");
    if (!metadata.flag(causal).orElse(true)) {
      throw metadata.wrong(causal, "true: a model that sees the tokens before alone", "false");
    }
  }

  private int headSize(int hidden, int heads) {
    if (integer("attention.key_length").isEmpty() && hidden % heads != 0) {
      throw metadata.wrong(
          key("embedding_length"),
          "a multiple of the " + heads + " heads where there is no attention.key_length",
          hidden);
    }
    int size = integer("attention.key_length").orElse(hidden / heads);
    int values = integer("attention.value_length").orElse(size);
    if (values != size) {
      throw metadata.wrong(
          key("attention.value_length"), "the attention.key_length " + size, values);
    }
    return size;
  }

  private int vocabularySize() {
    GgufTensor embeddings = file.tensors().get("token_embd.weight");
    if (embeddings == null || embeddings.shape().size() != 2 || embeddings.rows() > 1 << 24) {
      throw new InvalidInputException(
          "%s: tensor \"token_embd.weight\": expected a matrix of at most %d rows, found %s"
              .formatted(file.path(), 1 << 24, embeddings == null ? "none" : embeddings));
    }
    return (int) embeddings.rows();
  }

  private void putRotary(int headSize) {
    json.put("rope_theta", positive("rope.freq_base").orElse(10_000.0));
    int rotated = integer("rope.dimension_count").orElse(headSize);
    if (rotated > headSize) {
      throw metadata.wrong(
          key("rope.dimension_count"), "at most the head size " + headSize, rotated);
    }
    double share = rotated / (double) headSize;
    json.put(
        "partial_rotary_factor", (int) (headSize * share) < rotated ? Math.nextUp(share) : share);
    String typeKey = key("rope.scaling.type");
    Optional<FloatBuffer> freqs = rotaryFactors("rope_freqs.weight");
    Optional<FloatBuffer> longFactors = rotaryFactors("rope_factors_long.weight");
    String type =
        metadata.text(typeKey).orElse(metadata.has(key("rope.scale_linear")) ? "linear" : "none");
    if (freqs.isPresent()) {
      putFactors(freqs.get(), freqs.get(), Optional.of(1.0));
    } else if (longFactors.isPresent()) {
      FloatBuffer shortFactors =
          rotaryFactors("rope_factors_short.weight")
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          file.path()
                              + ": tensor \"rope_factors_short.weight\": expected it beside"
                              + " rope_factors_long.weight, found none"));
      putFactors(shortFactors, longFactors.get(), positive("rope.scaling.attn_factor"));
    } else if (type.equals("linear")) {
      double factor =
          positive("rope.scaling.factor").or(() -> positive("rope.scale_linear")).orElse(1.0);
      if (factor != 1) {
        json.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
      }
    } else if (!type.equals("none")) {
      throw metadata.wrong(
          typeKey,
          "none, linear, or factors in a tensor",
          "\"" + type + "\" without such a tensor, which is not supported");
    }
  }

  private void putFactors(
      FloatBuffer shortFactors, FloatBuffer longFactors, Optional<Double> attention) {
    ObjectNode rope = json.putObject("rope_scaling").put("rope_type", "longrope");
    put(rope.putArray("short_factor"), shortFactors);
    put(rope.putArray("long_factor"), longFactors);
    attention.ifPresent(value -> rope.put("attention_factor", value));
    rope.put(
        "original_max_position_embeddings",
        integer("rope.scaling.original_context_length")
            .orElseGet(() -> required("context_length")));
  }

  private static void put(ArrayNode list, FloatBuffer values) {
    while (values.hasRemaining()) {
      list.add(values.get());
    }
    values.rewind();
  }

  private Optional<FloatBuffer> rotaryFactors(String name) {
    GgufTensor tensor = file.tensors().get(name);
    if (tensor == null) {
      return Optional.empty();
    }
    if (tensor.type() != GgufType.F32 || tensor.shape().size() != 1 || tensor.rows() > 1 << 16) {
      throw new InvalidInputException(
          file.place(tensor) + ": expected a vector of at most 65536 F32, found " + tensor);
    }
    return Optional.of(file.map(tensor, 0, tensor.bytes()).asFloatBuffer());
  }

  private void putFamily(int headSize, int headShare, int layers) {
    Optional<Integer> window = metadata.integer(key("attention.sliding_window"), 0);
    if (!family.windows() && window.orElse(0) > 0) {
      throw metadata.wrong(
          key("attention.sliding_window"), "0: this family has no window", window.get());
    }
    switch (family) {
      case GEMMA2 -> putGemma(layers == 46 ? headShare : headSize, window);
      case GEMMA3 -> {
        putGemma(layers == 62 ? headShare : headSize, window);
        positive("rope.freq_base_swa").ifPresent(base -> json.put("rope_local_base_freq", base));
        putPattern(layers);
      }
      case PHI3 ->
          window.filter(size -> size > 0).ifPresent(size -> json.put("sliding_window", size));
      case GRANITE -> {
        positive("attention.scale").ifPresent(value -> json.put("attention_multiplier", value));
        positive("embedding_scale").ifPresent(value -> json.put("embedding_multiplier", value));
        positive("residual_scale").ifPresent(value -> json.put("residual_multiplier", value));
        positive("logit_scale").ifPresent(value -> json.put("logits_scaling", value));
      }
      case LLAMA, QWEN2, QWEN3, SMOLLM3, OLMO2 -> {}
    }
  }

  /**
   * What scores are divided by the root of is not in a file: it is the head size but in the models
   * of 27 billion parameters, which are known by their layers.
   */
  private void putGemma(int scalar, Optional<Integer> window) {
    json.put("query_pre_attn_scalar", scalar);
    window.ifPresent(size -> json.put("sliding_window", size));
    putOrNull("attn_logit_softcapping");
    putOrNull("final_logit_softcapping");
  }

  private void putOrNull(String name) {
    Optional<Double> value = positive(name);
    if (value.isPresent()) {
      json.put(name, value.get());
    } else {
      json.putNull(name);
    }
  }

  /** Which layers are local: by their period, or by a list; else every sixth is not. */
  private void putPattern(int layers) {
    String pattern = key("attention.sliding_window_pattern");
    if (!metadata.isArray(pattern)) {
      integer("attention.sliding_window_pattern")
          .ifPresent(period -> json.put("sliding_window_pattern", period));
      return;
    }
    List<Boolean> local = metadata.flags(pattern);
    if (local.size() != layers) {
      throw metadata.wrong(
          pattern, "a truth value for each of " + layers + " layers", local.size());
    }
    ArrayNode types = json.putArray("layer_types");
    local.forEach(value -> types.add(value ? "sliding_attention" : "full_attention"));
  }

  private void putTokens() {
    GgufTokens tokens = GgufTokens.of(metadata);
    tokens
        .begin()
        .ifPresentOrElse(id -> json.put("bos_token_id", id), () -> json.putNull("bos_token_id"));
    ArrayNode ends = json.putArray("eos_token_id");
    tokens.ends().forEach(ends::add);
  }

  private boolean hasTensor(String part) {
    return file.tensors().containsKey("blk.0." + part);
  }

  private String key(String name) {
    return family.prefix() + "." + name;
  }

  private int required(String name) {
    return metadata.requiredInteger(key(name), 1);
  }

  private Optional<Integer> integer(String name) {
    return metadata.integer(key(name), 1);
  }

  private Optional<Double> positive(String name) {
    Optional<Double> value = metadata.number(key(name));
    value
        .filter(number -> number <= 0)
        .ifPresent(
            number -> {
              throw metadata.wrong(key(name), "a positive number", number);
            });
    return value;
  }
}
