package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Reads and writes what {@code config.json} says of rotary embeddings: {@code rope_theta}, {@code
 * rope_scaling} with its older key {@code type} and its newer {@code rope_type}, and {@code
 * rope_parameters}, which newer folders have in their place, for Gemma 3 with one object a kind of
 * layer. Stateless and thread-safe.
 */
final class RopeJson {
  private static final String SCALING = "rope_scaling";
  private static final String PARAMETERS = "rope_parameters";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String SUPPORTED =
      "an object with rope_type \"default\", \"linear\", \"dynamic\", \"llama3\" or \"longrope\"";

  private final JsonObjectFile json;
  private final String key;
  private final Optional<JsonNode> global;
  private final Optional<JsonNode> local;

  private RopeJson(
      JsonObjectFile json, String key, Optional<JsonNode> global, Optional<JsonNode> local) {
    this.json = json;
    this.key = key;
    this.global = global;
    this.local = local;
  }

  static RopeJson of(JsonObjectFile json) {
    String key = json.find(PARAMETERS).isPresent() ? PARAMETERS : SCALING;
    Optional<JsonNode> node = json.find(key);
    node.filter(value -> !value.isObject())
        .ifPresent(
            value -> {
              throw json.wrong(key, "null, or " + SUPPORTED, value);
            });
    return new RopeJson(
        json,
        key,
        node.map(
            value -> value.path("full_attention").isObject() ? value.get("full_attention") : value),
        node.map(value -> value.get("sliding_attention")).filter(JsonNode::isObject));
  }

  /** Returns the base of the frequencies. */
  double theta(double fallback) {
    return global.filter(rope -> rope.has("rope_theta")).isPresent()
        ? number(global.get(), "rope_theta")
        : json.number("rope_theta", 0, fallback);
  }

  /** Returns the base of the frequencies of local layers. */
  double localTheta(double fallback) {
    if (local.isPresent()) {
      String type = type(local.get());
      if (!type.equals("default")) {
        throw json.wrong(
            key + ".sliding_attention", "an object with rope_type \"default\"", local.get());
      }
      return number(local.get(), "rope_theta");
    }
    return json.number("rope_local_base_freq", 0, fallback);
  }

  /** Returns the share of a head that is rotated. */
  double share() {
    return global.filter(rope -> rope.has("partial_rotary_factor")).isPresent()
        ? number(global.get(), "partial_rotary_factor")
        : json.number("partial_rotary_factor", 0, 1);
  }

  /**
   * Returns the scaling.
   *
   * @param maxPositions the positions that the file states
   */
  RopeScaling scaling(int maxPositions) {
    if (global.isEmpty()) {
      return RopeScaling.none();
    }
    JsonNode rope = global.get();
    if (!rope.has("rope_type") && !rope.has("type") && key.equals(PARAMETERS)) {
      return RopeScaling.none();
    }
    for (String unknown : new String[] {"short_mscale", "long_mscale", "mrope_section"}) {
      if (rope.hasNonNull(unknown)) {
        throw json.wrong(key + "." + unknown, "no such key: not supported", rope.get(unknown));
      }
    }
    return switch (type(rope)) {
      case "default" -> plain(rope);
      case "linear" -> new RopeScaling.Linear(number(rope, "factor"));
      case "dynamic" -> new RopeScaling.Dynamic(number(rope, "factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              number(rope, "factor"),
              number(rope, "low_freq_factor"),
              number(rope, "high_freq_factor"),
              original(rope).orElseThrow(() -> missing(rope, ORIGINAL)));
      // "su" is what the first Phi-3 folders call it.
      case "longrope", "su" -> longRope(rope, maxPositions);
      default -> throw json.wrong(key, "null, or " + SUPPORTED, rope);
    };
  }

  private RopeScaling plain(JsonNode rope) {
    if (rope.has("factor")) {
      throw json.wrong(key, "no factor beside rope_type \"default\"", rope);
    }
    return RopeScaling.none();
  }

  private RopeScaling longRope(JsonNode rope, int maxPositions) {
    Optional<Integer> original = original(rope);
    return new RopeScaling.LongRope(
        numbers(rope, "short_factor"),
        numbers(rope, "long_factor"),
        original.orElse(maxPositions),
        original.isPresent() ? OptionalDouble.empty() : OptionalDouble.of(number(rope, "factor")),
        rope.hasNonNull("attention_factor")
            ? OptionalDouble.of(number(rope, "attention_factor"))
            : OptionalDouble.empty());
  }

  /** The positions of pre-training: beside the object, or in it. */
  private Optional<Integer> original(JsonNode rope) {
    if (rope.hasNonNull(ORIGINAL)) {
      JsonNode node = rope.get(ORIGINAL);
      if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 2) {
        throw json.wrong(key + "." + ORIGINAL, "a whole number of at least 2", node);
      }
      return Optional.of(node.intValue());
    }
    return json.find(ORIGINAL).isPresent()
        ? Optional.of(json.integer(ORIGINAL, 2))
        : Optional.empty();
  }

  private static String type(JsonNode rope) {
    return rope.path("rope_type").asText(rope.path("type").asText(""));
  }

  private double number(JsonNode rope, String name) {
    JsonNode node = rope.path(name);
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw missing(rope, name);
    }
    return node.doubleValue();
  }

  private InvalidInputException missing(JsonNode rope, String name) {
    return json.wrong(key + "." + name, "a positive number", rope.path(name));
  }

  private ImmutableDoubleArray numbers(JsonNode rope, String name) {
    ImmutableDoubleArray.Builder values = ImmutableDoubleArray.builder();
    JsonNode list = rope.path(name);
    if (!list.isArray()) {
      throw json.wrong(key + "." + name, "a list of positive numbers", list);
    }
    for (JsonNode value : list) {
      if (!value.isNumber()) {
        throw json.wrong(key + "." + name, "a list of positive numbers", value);
      }
      values.add(value.doubleValue());
    }
    return values.build();
  }

  /** Writes the keys that {@link #of} reads. */
  static void write(ObjectNode json, ModelConfig config) {
    DecoderVariant.Rotary rotary = config.variant().rotary();
    json.put("rope_theta", config.ropeTheta());
    if (rotary.share() != 1) {
      json.put("partial_rotary_factor", rotary.share());
    }
    rotary.local().ifPresent(local -> json.put("rope_local_base_freq", local.theta()));
    writeScaling(json, rotary.scaling());
  }

  private static void writeScaling(ObjectNode json, RopeScaling scaling) {
    if (scaling instanceof RopeScaling.None) {
      json.putNull(SCALING);
      return;
    }
    ObjectNode rope = json.putObject(SCALING);
    if (scaling instanceof RopeScaling.Linear linear) {
      rope.put("rope_type", "linear").put("factor", linear.factor());
    } else if (scaling instanceof RopeScaling.Dynamic dynamic) {
      rope.put("rope_type", "dynamic").put("factor", dynamic.factor());
    } else if (scaling instanceof RopeScaling.Llama3 llama) {
      rope.put("rope_type", "llama3")
          .put("factor", llama.factor())
          .put("low_freq_factor", llama.lowFrequencyFactor())
          .put("high_freq_factor", llama.highFrequencyFactor())
          .put(ORIGINAL, llama.originalPositions());
    } else if (scaling instanceof RopeScaling.LongRope longRope) {
      rope.put("rope_type", "longrope");
      ArrayNode shortFactors = rope.putArray("short_factor");
      longRope.shortFactors().forEach(shortFactors::add);
      ArrayNode longFactors = rope.putArray("long_factor");
      longRope.longFactors().forEach(longFactors::add);
      longRope.statedAttentionFactor().ifPresent(value -> rope.put("attention_factor", value));
      if (longRope.factor().isPresent()) {
        rope.put("factor", longRope.factor().getAsDouble());
      } else {
        json.put(ORIGINAL, longRope.originalPositions());
      }
    }
  }
}
