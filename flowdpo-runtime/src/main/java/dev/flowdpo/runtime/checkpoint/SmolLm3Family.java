package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.OptionalInt;

/** SmolLM 3: some layers without positions, which are those with a window if it is switched on. */
final class SmolLm3Family extends ModelFamily {
  private static final String WITH_ROPE = "no_rope_layers";
  private static final String INTERVAL = "no_rope_layer_interval";

  SmolLm3Family() {
    super(
        "SmolLM3ForCausalLM",
        "smollm3",
        ConfigDefaults.of(32_768, 2_000_000).tokens(128_000, 128_001).heads(4, 0).tiedEmbeddings());
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    boolean bias = BiasKeys.attention(source);
    ImmutableSortedSet<Integer> withoutRope = withoutRope(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(bias, bias)
        .feedForwardBias(BiasKeys.feedForward(source))
        .window(WindowKeys.readSwitched(source, OptionalInt.empty(), () -> withoutRope))
        .rotary(source.rotary().withoutLayers(withoutRope));
  }

  /** {@code no_rope_layers} holds 1 for a layer with rotation and 0 for one without. */
  private static ImmutableSortedSet<Integer> withoutRope(ConfigSource source) {
    Optional<JsonNode> list = source.json().find(WITH_ROPE);
    if (list.isEmpty()) {
      int interval = source.json().integer(INTERVAL, 1, 4);
      return source.layers(layer -> (layer + 1) % interval == 0);
    }
    String expected = "a list of 0 and 1 for each of " + source.layers() + " layers";
    if (!list.get().isArray() || list.get().size() != source.layers()) {
      throw source.json().wrong(WITH_ROPE, expected, list.get());
    }
    for (JsonNode flag : list.get()) {
      if (!flag.isInt() || flag.intValue() < 0 || flag.intValue() > 1) {
        throw source.json().wrong(WITH_ROPE, expected, list.get());
      }
    }
    return source.layers(layer -> list.get().get(layer).intValue() == 0);
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    ArrayNode rotated = json.putArray(WITH_ROPE);
    for (int layer = 0; layer < config.layers(); layer++) {
      rotated.add(config.variant().rotary().layersWithout().contains(layer) ? 0 : 1);
    }
    WindowKeys.writeSwitched(config.variant().window(), json);
    WindowKeys.writeLayers(config, json);
  }
}
