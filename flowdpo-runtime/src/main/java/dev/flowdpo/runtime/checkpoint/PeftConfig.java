package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code adapter_config.json} of a PEFT folder says. Immutable and thread-safe.
 *
 * @param rank the key {@code r}
 * @param alpha the key {@code lora_alpha}
 * @param dropout the key {@code lora_dropout}
 * @param rankStabilised the key {@code use_rslora}: alpha is divided by the rank's square root
 * @param targets the key {@code target_modules}
 * @param excluded the key {@code exclude_modules}; names nothing where it is absent
 * @param layers the key {@code layers_to_transform}; empty for all
 * @param ranks the key {@code rank_pattern}: ranks of the modules that a pattern matches
 * @param alphas the key {@code alpha_pattern}: alphas of the modules that a pattern matches
 */
record PeftConfig(
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilised,
    Targets targets,
    Targets excluded,
    ImmutableSet<Integer> layers,
    ImmutableList<Deviation<Integer>> ranks,
    ImmutableList<Deviation<Double>> alphas) {
  private static final String ALL_LINEAR = "all-linear";
  private static final String TARGET_MODULES = "target_modules";
  private static final String TARGETS =
      "a list of names out of "
          + shortNames()
          + ", a regular expression over whole names, or \""
          + ALL_LINEAR
          + "\"";

  /** More than any adapter has; smaller matrices are filled up to the largest rank. */
  private static final int MAX_RANK = 1024;

  /** Each would change what the adapter computes, or which tensors it has; and what to do. */
  private static final ImmutableMap<String, String> UNSUPPORTED =
      ImmutableMap.<String, String>builder()
          .put("alora_invocation_tokens", "")
          .put("arrow_config", "")
          .put("kasa_config", "; merge the adapter into the model with PEFT first")
          .put("layer_replication", "")
          .put("lora_bias", "")
          .put("monteclora_config", "")
          .put("modules_to_save", "; merge the whole modules that it trains into the model first")
          .put("target_parameters", "")
          .put("trainable_token_indices", "")
          .put("use_bdlora", "")
          .put("use_dora", "; merge the adapter into the model with PEFT first")
          .put("use_qalora", "")
          .buildOrThrow();

  /** A value for the modules that a pattern matches. */
  record Deviation<T>(ModulePattern pattern, T value) {}

  /**
   * Which modules are adapted: those of a list of names or ends of names, or those of a pattern.
   *
   * @param shown what the file says
   */
  record Targets(String shown, Set<String> names, Optional<ModulePattern> pattern) {
    boolean contain(String module) {
      return pattern.isPresent()
          ? pattern.get().matches(module)
          : names.stream().anyMatch(name -> isEnd(module, name));
    }
  }

  /**
   * {@return the configuration in the file}
   *
   * @throws InvalidInputException if the file is missing or malformed, or asks for something other
   *     than LoRA on the linear layers of a causal language model
   */
  static PeftConfig read(Path file) {
    JsonObjectFile json = JsonObjectFile.read(file);
    requireText(json, "peft_type", "LORA");
    if (json.find("task_type").isPresent()) { // PEFT's own default is null
      requireText(json, "task_type", "CAUSAL_LM");
    }
    PeftInitialization.check(json);
    if (json.find("bias").isPresent()) {
      requireText(json, "bias", "none");
    }
    UNSUPPORTED.forEach(
        (key, hint) ->
            json.find(key)
                .filter(PeftConfig::isSet)
                .ifPresent(
                    value -> {
                      String expected = "no such key, null, false or empty: not supported" + hint;
                      throw json.wrong(key, expected, value);
                    }));
    double alpha = json.number("lora_alpha", 0, 8);
    if (alpha == 0) {
      throw json.wrong("lora_alpha", "a positive number", json.require("lora_alpha", ""));
    }
    double dropout = json.number("lora_dropout", 0, 0);
    if (dropout >= 1) {
      throw json.wrong("lora_dropout", "a number below 1", json.require("lora_dropout", ""));
    }
    // PEFT ignores it for linear layers, the only ones here.
    json.flag("fan_in_fan_out", false);
    return new PeftConfig(
        json.integer("r", 1, 8),
        alpha,
        dropout,
        json.flag("use_rslora", false),
        targets(json),
        excluded(json),
        layers(json),
        ranks(json),
        alphas(json));
  }

  /**
   * {@return whether the configuration adapts the module of this name, as PEFT decides it}
   *
   * <p>{@code layers_pattern} says which of several lists of layers is counted. There is one here.
   *
   * @param layer the index of its layer
   */
  boolean adapts(String module, int layer) {
    if (excluded.contain(module) || !targets.contain(module)) {
      return false;
    }
    return layers.isEmpty() || layers.contains(layer) || targets.names.contains(module);
  }

  /** {@return the rank of the module's matrices} */
  int rankOf(String module) {
    return valueFor(module, ranks, rank);
  }

  /** {@return the factor on B A x of the module} */
  double scalingOf(String module) {
    int inner = rankOf(module);
    return valueFor(module, alphas, alpha) / (rankStabilised ? Math.sqrt(inner) : inner);
  }

  /** The first pattern that matches decides. */
  private static <T> T valueFor(String module, List<Deviation<T>> deviations, T otherwise) {
    for (Deviation<T> deviation : deviations) {
      if (deviation.pattern.matches(module)) {
        return deviation.value;
      }
    }
    return otherwise;
  }

  private static boolean isEnd(String module, String target) {
    return module.equals(target) || module.endsWith("." + target);
  }

  private static Targets targets(JsonObjectFile json) {
    JsonNode node = json.require(TARGET_MODULES, TARGETS);
    if (node.isTextual() && node.textValue().equals(ALL_LINEAR)) {
      return new Targets(ALL_LINEAR, Set.copyOf(shortNames()), Optional.empty());
    }
    if (node.isTextual()) {
      String text = node.textValue();
      ModulePattern pattern = ModulePattern.whole(where(json, TARGET_MODULES), text);
      return new Targets(text, Set.of(), Optional.of(pattern));
    }
    if (!node.isArray() || node.isEmpty()) {
      throw json.wrong(TARGET_MODULES, TARGETS, node);
    }
    Set<String> targets = new LinkedHashSet<>();
    for (JsonNode target : node) {
      boolean known = shortNames().stream().anyMatch(name -> isEnd(target.asText(), name));
      if (!target.isTextual() || !known) {
        throw json.wrong(TARGET_MODULES, TARGETS, target);
      }
      targets.add(target.textValue());
    }
    return new Targets(targets.toString(), targets, Optional.empty());
  }

  private static Targets excluded(JsonObjectFile json) {
    Optional<JsonNode> given = json.find("exclude_modules").filter(PeftConfig::isSet);
    if (given.isEmpty()) {
      return new Targets("none", Set.of(), Optional.empty());
    }
    JsonNode node = given.get();
    if (node.isTextual()) {
      String text = node.textValue();
      return new Targets(
          text, Set.of(), Optional.of(ModulePattern.whole(where(json, "exclude_modules"), text)));
    }
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode name : node) {
      if (!node.isArray() || !name.isTextual()) {
        throw json.wrong("exclude_modules", "a list of names or a regular expression", node);
      }
      names.add(name.textValue());
    }
    return new Targets(names.toString(), names, Optional.empty());
  }

  private static ImmutableSet<Integer> layers(JsonObjectFile json) {
    Optional<JsonNode> given = json.find("layers_to_transform");
    ImmutableSet.Builder<Integer> layers = ImmutableSet.builder();
    if (given.isPresent()) {
      JsonNode node = given.get();
      for (JsonNode layer : node.isArray() ? node : List.of(node)) {
        if (!layer.isInt() || layer.intValue() < 0) {
          throw json.wrong("layers_to_transform", "the index of a layer or a list of them", node);
        }
        layers.add(layer.intValue());
      }
    }
    return layers.build();
  }

  private static String where(JsonObjectFile json, String key) {
    return json.file() + ": key \"" + key + "\"";
  }

  private static ImmutableList<Deviation<Integer>> ranks(JsonObjectFile json) {
    ImmutableList.Builder<Deviation<Integer>> ranks = ImmutableList.builder();
    for (Map.Entry<String, JsonNode> entry : patterns(json, "rank_pattern").entrySet()) {
      JsonNode rank = entry.getValue();
      if (!rank.isInt() || rank.intValue() < 1 || rank.intValue() > MAX_RANK) {
        throw json.wrong("rank_pattern", "ranks from 1 to " + MAX_RANK, rank);
      }
      ranks.add(new Deviation<>(ending(json, "rank_pattern", entry.getKey()), rank.intValue()));
    }
    return ranks.build();
  }

  private static ImmutableList<Deviation<Double>> alphas(JsonObjectFile json) {
    ImmutableList.Builder<Deviation<Double>> alphas = ImmutableList.builder();
    for (Map.Entry<String, JsonNode> entry : patterns(json, "alpha_pattern").entrySet()) {
      double alpha = entry.getValue().doubleValue();
      if (!entry.getValue().isNumber() || !(alpha > 0) || Double.isInfinite(alpha)) {
        throw json.wrong("alpha_pattern", "positive numbers", entry.getValue());
      }
      alphas.add(new Deviation<>(ending(json, "alpha_pattern", entry.getKey()), alpha));
    }
    return alphas.build();
  }

  private static ModulePattern ending(JsonObjectFile json, String key, String expression) {
    return ModulePattern.ending(where(json, key), expression);
  }

  private static Map<String, JsonNode> patterns(JsonObjectFile json, String key) {
    ImmutableMap.Builder<String, JsonNode> patterns = ImmutableMap.builder();
    json.find(key)
        .ifPresent(
            node -> {
              if (!node.isObject()) {
                throw json.wrong(key, "an object from patterns of modules to values", node);
              }
              patterns.putAll(node.properties());
            });
    return patterns.buildOrThrow();
  }

  private static Collection<String> shortNames() {
    Set<String> names = new LinkedHashSet<>();
    for (Architecture architecture : Architecture.values()) {
      TensorNames known = architecture.family().names();
      known.linears().keySet().forEach(layer -> names.add(known.shortName(layer)));
    }
    return names;
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
