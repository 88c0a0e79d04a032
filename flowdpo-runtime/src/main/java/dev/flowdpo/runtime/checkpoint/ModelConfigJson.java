package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Reads and writes {@code config.json} of the Llama architecture. Stateless and thread-safe. */
final class ModelConfigJson {
  private static final String SUPPORTED =
      "; supported is the Llama architecture without rope scaling, biases or quantization,"
          + " with SiLU";

  private ModelConfigJson() {}

  static ModelConfig read(Path file) {
    JsonObjectFile json = JsonObjectFile.read(file);
    String architecture = architecture(json);
    refuseUnsupported(json);
    int hidden = json.integer("hidden_size", 1);
    int heads = json.integer("num_attention_heads", 1);
    if (json.find("head_dim").isEmpty() && hidden % heads != 0) {
      throw new InvalidInputException(
          file
              + ": key \"hidden_size\": expected a multiple of num_attention_heads "
              + heads
              + " where head_dim is absent, found "
              + hidden);
    }
    try {
      return new ModelConfig(
          architecture,
          json.integer("vocab_size", 1),
          hidden,
          json.integer("num_hidden_layers", 1),
          heads,
          json.integer("num_key_value_heads", 1, heads),
          json.integer("head_dim", 1, Math.max(1, hidden / heads)),
          json.integer("intermediate_size", 1),
          ropeTheta(json),
          json.number("rms_norm_eps", 0, 1e-6),
          json.integer("max_position_embeddings", 1, 2048),
          json.flag("tie_word_embeddings", false),
          endOfSequenceIds(json),
          beginOfSequenceId(json));
    } catch (InvalidInputException e) {
      throw json.inFile(e);
    }
  }

  static String format(ModelConfig config) {
    ObjectNode json = JsonObjectFile.object();
    json.putArray("architectures").add(config.architecture());
    json.put("model_type", "llama");
    json.put("vocab_size", config.vocabularySize());
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.feedForwardSize());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.attentionHeads());
    json.put("num_key_value_heads", config.keyValueHeads());
    json.put("head_dim", config.headSize());
    json.put("hidden_act", "silu");
    json.put("max_position_embeddings", config.maxPositions());
    json.put("rms_norm_eps", config.normEpsilon());
    json.put("rope_theta", config.ropeTheta());
    json.putNull("rope_scaling");
    json.put("attention_bias", false);
    json.put("mlp_bias", false);
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

  private static String architecture(JsonObjectFile json) {
    JsonNode names = json.require("architectures", "[\"" + ModelConfig.LLAMA + "\"]");
    if (!names.isArray() || names.size() != 1 || !names.get(0).asText().equals(ModelConfig.LLAMA)) {
      throw json.wrong("architectures", "[\"" + ModelConfig.LLAMA + "\"]" + SUPPORTED, names);
    }
    return ModelConfig.LLAMA;
  }

  private static void refuseUnsupported(JsonObjectFile json) {
    String activation = json.string("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw unsupported(json, "hidden_act", "\"silu\"");
    }
    for (String key : List.of("attention_bias", "mlp_bias", "rope_interleaved")) {
      if (json.flag(key, false)) {
        throw unsupported(json, key, "false");
      }
    }
    for (String key : List.of("quantization_config", "sliding_window")) {
      if (json.find(key).isPresent()) {
        throw unsupported(json, key, "no such key");
      }
    }
    if (json.number("partial_rotary_factor", 0, 1) != 1) {
      throw unsupported(json, "partial_rotary_factor", "1");
    }
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      json.find(key).ifPresent(rope -> refuseScaledRope(json, key, rope));
    }
  }

  /** Newer folders write the plain case as an object of type "default". */
  private static void refuseScaledRope(JsonObjectFile json, String key, JsonNode rope) {
    String type = rope.path("rope_type").asText(rope.path("type").asText(""));
    boolean scaled = rope.has("factor") || rope.path("partial_rotary_factor").asDouble(1) != 1;
    if (!rope.isObject() || !type.equals("default") || scaled) {
      throw unsupported(json, key, "null, or an object with rope_type \"default\"");
    }
  }

  private static double ropeTheta(JsonObjectFile json) {
    JsonNode nested =
        json.find("rope_parameters").map(rope -> rope.path("rope_theta")).orElse(null);
    if (nested == null || nested.isMissingNode()) {
      return json.number("rope_theta", 0, 10_000);
    }
    if (!nested.isNumber()) {
      throw json.wrong("rope_parameters.rope_theta", "a positive number", nested);
    }
    return nested.doubleValue();
  }

  private static List<Integer> endOfSequenceIds(JsonObjectFile json) {
    List<Integer> ids = new ArrayList<>();
    if (!json.has("eos_token_id")) {
      ids.add(2);
    }
    JsonNode node = json.find("eos_token_id").orElse(JsonObjectFile.object().arrayNode());
    for (JsonNode id : node.isArray() ? node : List.of(node)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw json.wrong("eos_token_id", "a token id or a list of token ids", node);
      }
      ids.add(id.intValue());
    }
    return GenerationConfig.withEnds(ids, json.file(), json.integer("vocab_size", 1));
  }

  private static OptionalInt beginOfSequenceId(JsonObjectFile json) {
    if (!json.has("bos_token_id")) {
      return OptionalInt.of(1);
    }
    return json.find("bos_token_id").isPresent()
        ? OptionalInt.of(json.integer("bos_token_id", 0))
        : OptionalInt.empty();
  }

  private static InvalidInputException unsupported(
      JsonObjectFile json, String key, String expected) {
    return json.wrong(key, expected + SUPPORTED, json.require(key, expected));
  }
}
