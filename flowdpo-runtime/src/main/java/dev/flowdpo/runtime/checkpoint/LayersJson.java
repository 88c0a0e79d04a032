package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Local;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Window;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which layers of a model see only a window and which have no rotation: by list, or by the rule of
 * the architecture's Hugging Face class. Stateless and thread-safe.
 */
final class LayersJson {
  private static final String WINDOW = "sliding_window";
  private static final String USE_WINDOW = "use_sliding_window";
  private static final String LAYER_TYPES = "layer_types";
  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";
  private static final String WITH_ROPE = "no_rope_layers";

  private final JsonObjectFile json;
  private final Architecture architecture;
  private final int layers;

  private LayersJson(JsonObjectFile json, Architecture architecture, int layers) {
    this.json = json;
    this.architecture = architecture;
    this.layers = layers;
  }

  static LayersJson of(JsonObjectFile json, Architecture architecture, int layers) {
    return new LayersJson(json, architecture, layers);
  }

  /**
   * Returns the layers that rotate nothing. SmolLM3: {@code no_rope_layers} holds 1 for a layer
   * with rotation and 0 for one without.
   */
  ImmutableSortedSet<Integer> withoutRope() {
    if (architecture != Architecture.SMOLLM3) {
      return ImmutableSortedSet.of();
    }
    Optional<JsonNode> list = json.find(WITH_ROPE);
    if (list.isEmpty()) {
      int interval = json.integer("no_rope_layer_interval", 1, 4);
      return layers(layer -> (layer + 1) % interval == 0);
    }
    String expected = "a list of 0 and 1 for each of " + layers + " layers";
    if (!list.get().isArray() || list.get().size() != layers) {
      throw json.wrong(WITH_ROPE, expected, list.get());
    }
    for (JsonNode flag : list.get()) {
      if (!flag.isInt() || flag.intValue() < 0 || flag.intValue() > 1) {
        throw json.wrong(WITH_ROPE, expected, list.get());
      }
    }
    return layers(layer -> list.get().get(layer).intValue() == 0);
  }

  /** Returns the sliding window, if there is one, and the layers that have it. */
  Optional<Window> window() {
    boolean switched =
        switch (architecture) {
          case QWEN2, QWEN3, SMOLLM3 -> true;
          default -> false;
        };
    if (architecture == Architecture.LLAMA) {
      refuseWindow();
    }
    int usual =
        switch (architecture) {
          case LLAMA, PHI3, SMOLLM3 -> 0;
          default -> 4096;
        };
    boolean given = json.find(WINDOW).isPresent() || (usual > 0 && !json.has(WINDOW));
    if (!given || (switched && !json.flag(USE_WINDOW, false))) {
      return Optional.empty();
    }
    ImmutableSortedSet<Integer> sliding = sliding();
    return sliding.isEmpty()
        ? Optional.empty()
        : Optional.of(new Window(json.integer(WINDOW, 1, Math.max(1, usual)), sliding));
  }

  private void refuseWindow() {
    json.find(WINDOW)
        .ifPresent(
            found -> {
              throw json.wrong(WINDOW, "no such key: " + architecture + " has no window", found);
            });
    json.find(LAYER_TYPES)
        .filter(types -> !listedLayers(types).isEmpty())
        .ifPresent(
            types -> {
              throw json.wrong(
                  LAYER_TYPES, "\"" + FULL + "\" only: " + architecture + " has no window", types);
            });
  }

  /** Returns the layers with local attention. */
  ImmutableSortedSet<Integer> sliding() {
    Optional<JsonNode> types = json.find(LAYER_TYPES);
    if (types.isPresent()) {
      return listedLayers(types.get());
    }
    return switch (architecture) {
      case LLAMA -> ImmutableSortedSet.of();
      case MISTRAL, PHI3 -> layers(layer -> true);
      case QWEN2, QWEN3 -> {
        int full = json.integer("max_window_layers", 0, 28);
        yield layers(layer -> layer >= full);
      }
      case SMOLLM3 -> withoutRope();
      case GEMMA2 -> layers(layer -> layer % 2 == 0);
      case GEMMA3 -> {
        int pattern = json.integer("sliding_window_pattern", 1, 6);
        yield layers(layer -> (layer + 1) % pattern != 0);
      }
    };
  }

  private ImmutableSortedSet<Integer> listedLayers(JsonNode types) {
    String expected = "\"" + SLIDING + "\" or \"" + FULL + "\" for each of " + layers + " layers";
    if (!types.isArray() || types.size() != layers) {
      throw json.wrong(LAYER_TYPES, expected, types);
    }
    for (JsonNode type : types) {
      if (!type.asText().equals(SLIDING) && !type.asText().equals(FULL)) {
        throw json.wrong(LAYER_TYPES, expected, type);
      }
    }
    return layers(layer -> types.get(layer).asText().equals(SLIDING));
  }

  private ImmutableSortedSet<Integer> layers(IntPredicate chosen) {
    return IntStream.range(0, layers)
        .filter(chosen)
        .boxed()
        .collect(ImmutableSortedSet.toImmutableSortedSet(Integer::compare));
  }

  /** Writes the architecture's own keys, so that reading gives the same layers. */
  static void write(ObjectNode json, ModelConfig config) {
    DecoderVariant variant = config.variant();
    Architecture architecture = config.architecture();
    if (architecture == Architecture.SMOLLM3) {
      ArrayNode rotated = json.putArray(WITH_ROPE);
      for (int layer = 0; layer < config.layers(); layer++) {
        rotated.add(variant.rotary().layersWithout().contains(layer) ? 0 : 1);
      }
    }
    if (architecture != Architecture.LLAMA) {
      writeWindow(json, config, variant.window());
    }
  }

  private static void writeWindow(ObjectNode json, ModelConfig config, Optional<Window> window) {
    Architecture architecture = config.architecture();
    if (window.isPresent()) {
      json.put(WINDOW, window.get().size());
    } else {
      json.putNull(WINDOW);
    }
    ImmutableSortedSet<Integer> sliding =
        config
            .variant()
            .rotary()
            .local()
            .map(Local::layers)
            .or(() -> window.map(Window::layers))
            .orElse(ImmutableSortedSet.of());
    switch (architecture) {
      case QWEN2, QWEN3, SMOLLM3 -> json.put(USE_WINDOW, window.isPresent());
      default -> {}
    }
    boolean always = architecture == Architecture.MISTRAL || architecture == Architecture.PHI3;
    boolean same = sliding.isEmpty() || sliding.size() == config.layers();
    if (!always || !same) {
      ArrayNode types = json.putArray(LAYER_TYPES);
      for (int layer = 0; layer < config.layers(); layer++) {
        types.add(sliding.contains(layer) ? SLIDING : FULL);
      }
    }
  }
}
