package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Local;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.QueryKeyNorm;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Rotary;

/**
 * The text models of Gemma 3: normalised queries and keys, and a rotation of their own in local
 * layers, of which there are five to a global one.
 */
final class Gemma3Family extends GemmaFamily {
  private static final double USUAL_LOCAL_THETA = 10_000;

  Gemma3Family() {
    super("Gemma3ForCausalLM", "gemma3_text", ConfigDefaults.of(131_072, 1_000_000), false);
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    super.read(source, variant);
    variant.queryKeyNorm(QueryKeyNorm.EACH_HEAD);
  }

  @Override
  ImmutableSortedSet<Integer> usualLocalLayers(ConfigSource source) {
    int pattern = source.json().integer("sliding_window_pattern", 1, 6);
    return source.layers(layer -> (layer + 1) % pattern != 0);
  }

  @Override
  Rotary rotary(ConfigSource source) {
    double theta = source.rope().localTheta(USUAL_LOCAL_THETA);
    Local local = new Local(theta, WindowKeys.layers(source, () -> usualLocalLayers(source)));
    return source.rotary().withLocal(local);
  }

  /** Layers have local rotation whether or not there is a window. */
  @Override
  void writeLocalLayers(ModelConfig config, ObjectNode json) {
    config
        .variant()
        .rotary()
        .local()
        .ifPresentOrElse(
            local -> WindowKeys.writeLayers(config, local.layers(), json),
            () -> super.writeLocalLayers(config, json));
  }
}
