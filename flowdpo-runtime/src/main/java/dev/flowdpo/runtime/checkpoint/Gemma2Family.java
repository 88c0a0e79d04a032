package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSortedSet;

/** Gemma 2: local and global layers in turn. */
final class Gemma2Family extends GemmaFamily {
  Gemma2Family() {
    super("Gemma2ForCausalLM", "gemma2", ConfigDefaults.of(8192, 10_000), true);
  }

  @Override
  ImmutableSortedSet<Integer> usualLocalLayers(ConfigSource source) {
    return source.layers(layer -> layer % 2 == 0);
  }
}
