package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Window;
import java.util.Optional;
import java.util.OptionalInt;

/** Qwen 2 and 2.5: biases on queries, keys and values; a window in the upper layers by choice. */
final class Qwen2Family extends ModelFamily {
  private static final OptionalInt USUAL_WINDOW = OptionalInt.of(4096);
  private static final int USUAL_FULL_LAYERS = 28;

  Qwen2Family() {
    super("Qwen2ForCausalLM", "qwen2", ConfigDefaults.of(32_768, 10_000).heads(32, 0));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseFeedForward(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(true, false)
        .window(window(source))
        .rotary(source.rotary());
  }

  /** Returns the window that the file may switch on; also for Qwen 3. */
  static Optional<Window> window(ConfigSource source) {
    return WindowKeys.readSwitched(source, USUAL_WINDOW, () -> upperLayers(source));
  }

  private static ImmutableSortedSet<Integer> upperLayers(ConfigSource source) {
    int full = source.json().integer("max_window_layers", 0, USUAL_FULL_LAYERS);
    return source.layers(layer -> layer >= full);
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    WindowKeys.writeSwitched(config.variant().window(), json);
    WindowKeys.writeLayers(config, json);
  }
}
