package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads and writes {@code config.json}: the sizes, which have the same keys in all families; the
 * rest is the {@link ModelFamily}'s. Stateless and thread-safe.
 */
final class ModelConfigJson {
  /** Each would change what the model computes, or which tensors it has. */
  private static final List<String> UNSUPPORTED_KEYS =
      List.of("quantization_config", "text_config", "vision_config");

  private static final List<String> UNSUPPORTED_FLAGS =
      List.of(
          "rope_interleaved", "lm_head_bias", "use_bidirectional_attention", "is_encoder_decoder");

  /** Mixtures of experts. */
  private static final List<String> EXPERT_COUNTS =
      List.of("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts");

  private ModelConfigJson() {}

  static ModelConfig read(Path file) {
    return read(JsonObjectFile.read(file), Optional.of(file.resolveSibling(GenerationConfig.FILE)));
  }

  /** Reads what stands alone. */
  static ModelConfig read(JsonObjectFile json) {
    return read(json, Optional.empty());
  }

  private static ModelConfig read(JsonObjectFile json, Optional<Path> generation) {
    Architecture architecture = architecture(json);
    ModelFamily family = architecture.family();
    ConfigDefaults defaults = family.defaults();
    refuseUnsupported(json);
    int hidden = json.integer("hidden_size", 1);
    int heads = json.integer("num_attention_heads", 1);
    if (json.find("head_dim").isEmpty() && defaults.headSize() == 0 && hidden % heads != 0) {
      throw new InvalidInputException(
          json.file()
              + ": key \"hidden_size\": expected a multiple of num_attention_heads "
              + heads
              + " where head_dim is absent, found "
              + hidden);
    }
    int headSize = defaults.headSize() > 0 ? defaults.headSize() : Math.max(1, hidden / heads);
    int layers = json.integer("num_hidden_layers", 1);
    int maxPositions = json.integer("max_position_embeddings", 1, defaults.maxPositions());
    RopeJson rope = RopeJson.of(json);
    ConfigSource source =
        new ConfigSource(json, family.className(), hidden, layers, maxPositions, rope);
    try {
      checkLayers(layers);
      return new ModelConfig(
          architecture,
          json.integer("vocab_size", 1),
          hidden,
          layers,
          heads,
          json.integer("num_key_value_heads", 1, keyValueHeads(json, defaults, heads)),
          json.integer("head_dim", 1, headSize),
          json.integer("intermediate_size", 1),
          rope.theta(defaults.ropeTheta()),
          json.number("rms_norm_eps", 0, defaults.normEpsilon()),
          maxPositions,
          json.flag("tie_word_embeddings", defaults.tied()),
          endOfSequenceIds(json, defaults.endOfSequenceId(), generation),
          beginOfSequenceId(json, defaults.beginOfSequenceId()),
          variant(family, source));
    } catch (InvalidInputException e) {
      throw json.inFile(e);
    }
  }

  static String format(ModelConfig config) {
    ObjectNode json = JsonObjectFile.object();
    json.putArray("architectures").add(config.architecture().className());
    json.put("model_type", config.architecture().modelType());
    json.put("vocab_size", config.vocabularySize());
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.feedForwardSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.attentionHeads());
    json.put("num_key_value_heads", config.keyValueHeads());
    json.put("head_dim", config.headSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("rms_norm_eps", config.normEpsilon());
    RopeJson.write(json, config);
    config.architecture().family().write(config, json);
    json.put("tie_word_embeddings", config.tiedEmbeddings());
    if (config.beginOfSequenceId().isPresent()) {
      json.put("bos_token_id", config.beginOfSequenceId().getAsInt());
    } else {
      json.putNull("bos_token_id");
    }
    List<Integer> ends = config.endOfSequenceIds();
    if (ends.size() == 1) {
      json.put("eos_token_id", ends.get(0));
    } else if (ends.isEmpty()) {
      json.putNull("eos_token_id");
    } else {
      ArrayNode ids = json.putArray("eos_token_id");
      ends.forEach(ids::add);
    }
    return JsonObjectFile.format(json);
  }

  private static Architecture architecture(JsonObjectFile json) {
    String expected = "a list with " + Architecture.supported();
    JsonNode names = json.require("architectures", expected);
    if (!names.isArray() || names.size() != 1) {
      throw json.wrong("architectures", expected, names);
    }
    String name = names.get(0).asText();
    return Arrays.stream(Architecture.values())
        .filter(known -> known.className().equals(name))
        .findFirst()
        .orElseThrow(() -> json.wrong("architectures", expected, names));
  }

  private static DecoderVariant variant(ModelFamily family, ConfigSource source) {
    DecoderVariant.Builder variant = DecoderVariant.builder();
    family.read(source, variant);
    return variant.build();
  }

  private static int keyValueHeads(JsonObjectFile json, ConfigDefaults defaults, int heads) {
    // null means as many as there are heads, as the Hugging Face classes have it.
    boolean absent = !json.has("num_key_value_heads");
    return absent && defaults.keyValueHeads() > 0 ? defaults.keyValueHeads() : heads;
  }

  private static void checkLayers(int layers) {
    if (layers > ModelConfig.MAX_LAYERS) {
      throw new InvalidInputException(
          "number of layers: expected at most " + ModelConfig.MAX_LAYERS + ", found " + layers);
    }
  }

  private static void refuseUnsupported(JsonObjectFile json) {
    for (String key : UNSUPPORTED_FLAGS) {
      if (json.flag(key, false)) {
        throw unsupported(json, key, "false");
      }
    }
    for (String key : UNSUPPORTED_KEYS) {
      if (json.find(key).isPresent()) {
        throw unsupported(json, key, "no such key");
      }
    }
    for (String key : EXPERT_COUNTS) {
      if (json.integer(key, 0, 0) > 1) {
        throw unsupported(json, key, "no such key: mixtures of experts");
      }
    }
  }

  private static List<Integer> endOfSequenceIds(
      JsonObjectFile json, OptionalInt usual, Optional<Path> generation) {
    List<Integer> ids = new ArrayList<>();
    if (!json.has("eos_token_id")) {
      usual.ifPresent(ids::add);
    }
    JsonNode node = json.find("eos_token_id").orElse(JsonObjectFile.object().arrayNode());
    for (JsonNode id : node.isArray() ? node : List.of(node)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw json.wrong("eos_token_id", "a token id or a list of token ids", node);
      }
      ids.add(id.intValue());
    }
    return generation.isPresent()
        ? GenerationConfig.withEnds(ids, generation.get(), json.integer("vocab_size", 1))
        : ids;
  }

  private static OptionalInt beginOfSequenceId(JsonObjectFile json, OptionalInt usual) {
    if (!json.has("bos_token_id")) {
      return usual;
    }
    return json.find("bos_token_id").isPresent()
        ? OptionalInt.of(json.integer("bos_token_id", 0))
        : OptionalInt.empty();
  }

  private static InvalidInputException unsupported(
      JsonObjectFile json, String key, String expected) {
    return json.wrong(key, expected + ": not supported", json.require(key, expected));
  }
}
