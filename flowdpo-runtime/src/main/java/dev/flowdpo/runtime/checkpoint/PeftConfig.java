package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@code adapter_config.json} of a PEFT folder says. Immutable and thread-safe.
 *
 * @param rank the key {@code r}
 * @param alpha the key {@code lora_alpha}
 * @param dropout the key {@code lora_dropout}
 * @param targetModules the key {@code target_modules}: names, or ends of names, of adapted modules
 */
record PeftConfig(int rank, double alpha, double dropout, ImmutableSet<String> targetModules) {
  private static final String ALL_LINEAR = "all-linear";
  private static final String TARGET_MODULES = "target_modules";
  private static final String TARGETS =
      "a list of names out of " + shortNames() + " or \"" + ALL_LINEAR + "\"";

  /** Each would change what the adapter computes, or which tensors it has. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "alora_invocation_tokens",
          "alpha_pattern",
          "arrow_config",
          "exclude_modules",
          "fan_in_fan_out",
          "layer_replication",
          "layers_pattern",
          "layers_to_transform",
          "lora_bias",
          "modules_to_save",
          "rank_pattern",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora",
          "use_dora",
          "use_qalora",
          "use_rslora");

  /**
   * {@return the configuration in the file}
   *
   * @throws dev.flowdpo.InvalidInputException if the file is missing or malformed, or asks for
   *     something other than plain LoRA on the linear layers of a causal language model
   */
  static PeftConfig read(Path file) {
    JsonObjectFile json = JsonObjectFile.read(file);
    requireText(json, "peft_type", "LORA");
    requireText(json, "task_type", "CAUSAL_LM");
    if (json.find("bias").isPresent()) {
      requireText(json, "bias", "none");
    }
    for (String key : UNSUPPORTED) {
      json.find(key)
          .filter(PeftConfig::isSet)
          .ifPresent(
              value -> {
                throw json.wrong(key, "no such key, null, false or empty: not supported", value);
              });
    }
    double alpha = json.number("lora_alpha", 0, 8);
    if (alpha == 0) {
      throw json.wrong("lora_alpha", "a positive number", json.require("lora_alpha", ""));
    }
    double dropout = json.number("lora_dropout", 0, 0);
    if (dropout >= 1) {
      throw json.wrong("lora_dropout", "a number below 1", json.require("lora_dropout", ""));
    }
    return new PeftConfig(json.integer("r", 1, 8), alpha, dropout, targets(json));
  }

  /** {@return the text of an {@code adapter_config.json}, with the keys that PEFT writes} */
  String format(String baseModelName) {
    ObjectNode json = JsonObjectFile.object();
    json.putObject("alpha_pattern");
    json.putNull("auto_mapping");
    json.put("base_model_name_or_path", baseModelName);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    json.putNull("layer_replication");
    json.putNull("layers_pattern");
    json.putNull("layers_to_transform");
    putNumber(json, "lora_alpha", alpha);
    json.put("lora_dropout", dropout);
    json.putNull("modules_to_save");
    json.put("peft_type", "LORA");
    json.put("r", rank);
    json.putObject("rank_pattern");
    json.putNull("revision");
    ArrayNode targets = json.putArray(TARGET_MODULES);
    targetModules.forEach(targets::add);
    json.put("task_type", "CAUSAL_LM");
    json.put("use_dora", false);
    json.put("use_rslora", false);
    return JsonObjectFile.format(json);
  }

  /** {@return whether the configuration adapts the module of this name, as PEFT decides it} */
  boolean adapts(String module) {
    return targetModules.stream().anyMatch(target -> matches(module, target));
  }

  private static boolean matches(String module, String target) {
    return module.equals(target) || module.endsWith("." + target);
  }

  private static ImmutableSet<String> targets(JsonObjectFile json) {
    JsonNode node = json.require(TARGET_MODULES, TARGETS);
    if (node.isTextual() && node.textValue().equals(ALL_LINEAR)) {
      return ImmutableSet.copyOf(shortNames());
    }
    if (!node.isArray() || node.isEmpty()) {
      throw json.wrong(TARGET_MODULES, TARGETS, node);
    }
    Set<String> targets = new LinkedHashSet<>();
    for (JsonNode target : node) {
      boolean known = shortNames().stream().anyMatch(name -> matches(target.asText(), name));
      if (!target.isTextual() || !known) {
        throw json.wrong(TARGET_MODULES, TARGETS, target);
      }
      targets.add(target.textValue());
    }
    return ImmutableSet.copyOf(targets);
  }

  private static Collection<String> shortNames() {
    Set<String> names = new LinkedHashSet<>();
    for (LinearLayer layer : LinearLayer.values()) {
      names.add(layer.shortName());
    }
    return names;
  }

  /** PEFT takes alpha as a whole number, though it computes with any. */
  private static void putNumber(ObjectNode json, String key, double value) {
    if (value == (long) value) {
      json.put(key, (long) value);
    } else {
      json.put(key, value);
    }
  }

  private static void requireText(JsonObjectFile json, String key, String expected) {
    JsonNode found = json.require(key, '"' + expected + '"');
    if (!found.isTextual() || !found.textValue().equals(expected)) {
      throw json.wrong(key, '"' + expected + "\", the one supported", found);
    }
  }

  private static boolean isSet(JsonNode value) {
    boolean falseOrEmpty =
        value.isBoolean() ? !value.booleanValue() : value.isContainerNode() && value.isEmpty();
    return !falseOrEmpty;
  }
}
