package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Window;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The keys of {@code config.json} that say which layers see only a window: its size, a switch, and
 * the layers by list; where there is no list, by the rule of the family. Stateless and thread-safe.
 */
final class WindowKeys {
  private static final String SIZE = "sliding_window";
  private static final String SWITCH = "use_sliding_window";
  private static final String LAYER_TYPES = "layer_types";
  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";

  private WindowKeys() {}

  /** Refuses a window, for a family that has none. */
  static void refuse(ConfigSource source) {
    JsonObjectFile json = source.json();
    json.find(SIZE)
        .ifPresent(
            found -> {
              throw json.wrong(SIZE, "no such key: " + source.family() + " has no window", found);
            });
    json.find(LAYER_TYPES)
        .filter(types -> !listed(source, types).isEmpty())
        .ifPresent(
            types -> {
              throw json.wrong(
                  LAYER_TYPES,
                  "\"" + FULL + "\" only: " + source.family() + " has no window",
                  types);
            });
  }

  /**
   * Returns the window, if there is one.
   *
   * @param usual the size where the file is silent, or nothing for none
   * @param rule the layers that have it where the file has no list
   */
  static Optional<Window> read(
      ConfigSource source, OptionalInt usual, Supplier<ImmutableSortedSet<Integer>> rule) {
    return isGiven(source, usual) ? window(source, usual, rule) : Optional.empty();
  }

  /** As {@link #read}, for a family whose files switch the window on. */
  static Optional<Window> readSwitched(
      ConfigSource source, OptionalInt usual, Supplier<ImmutableSortedSet<Integer>> rule) {
    return isGiven(source, usual) && source.json().flag(SWITCH, false)
        ? window(source, usual, rule)
        : Optional.empty();
  }

  private static boolean isGiven(ConfigSource source, OptionalInt usual) {
    return source.json().find(SIZE).isPresent() || (usual.isPresent() && !source.json().has(SIZE));
  }

  private static Optional<Window> window(
      ConfigSource source, OptionalInt usual, Supplier<ImmutableSortedSet<Integer>> rule) {
    ImmutableSortedSet<Integer> layers = layers(source, rule);
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(new Window(source.json().integer(SIZE, 1, usual.orElse(1)), layers));
  }

  /** Returns the layers with local attention, by the file's list or else by the rule. */
  static ImmutableSortedSet<Integer> layers(
      ConfigSource source, Supplier<ImmutableSortedSet<Integer>> rule) {
    return source.json().find(LAYER_TYPES).map(types -> listed(source, types)).orElseGet(rule);
  }

  private static ImmutableSortedSet<Integer> listed(ConfigSource source, JsonNode types) {
    String expected =
        "\"" + SLIDING + "\" or \"" + FULL + "\" for each of " + source.layers() + " layers";
    if (!types.isArray() || types.size() != source.layers()) {
      throw source.json().wrong(LAYER_TYPES, expected, types);
    }
    for (JsonNode type : types) {
      if (!type.asText().equals(SLIDING) && !type.asText().equals(FULL)) {
        throw source.json().wrong(LAYER_TYPES, expected, type);
      }
    }
    return source.layers(layer -> types.get(layer).asText().equals(SLIDING));
  }

  /** Writes the size, or null for no window. */
  static void write(Optional<Window> window, ObjectNode json) {
    if (window.isPresent()) {
      json.put(SIZE, window.get().size());
    } else {
      json.putNull(SIZE);
    }
  }

  /** Writes the size and the switch. */
  static void writeSwitched(Optional<Window> window, ObjectNode json) {
    write(window, json);
    json.put(SWITCH, window.isPresent());
  }

  /** Writes which of the model's layers are local. */
  static void writeLayers(ModelConfig config, Set<Integer> local, ObjectNode json) {
    ArrayNode types = json.putArray(LAYER_TYPES);
    for (int layer = 0; layer < config.layers(); layer++) {
      types.add(local.contains(layer) ? SLIDING : FULL);
    }
  }

  /** Writes which of the model's layers have its window. */
  static void writeLayers(ModelConfig config, ObjectNode json) {
    writeLayers(config, slidingLayers(config), json);
  }

  /** As {@link #writeLayers}, but leaves the list out where all layers are alike. */
  static void writeLayersUnlessAlike(ModelConfig config, ObjectNode json) {
    int sliding = slidingLayers(config).size();
    if (sliding > 0 && sliding < config.layers()) {
      writeLayers(config, json);
    }
  }

  private static Set<Integer> slidingLayers(ModelConfig config) {
    return config.variant().window().map(Window::layers).orElse(ImmutableSortedSet.of());
  }
}
