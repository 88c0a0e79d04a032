package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.QueryKeyNorm;

/** Qwen 3: normalised queries and keys; windows as Qwen 2. */
final class Qwen3Family extends ModelFamily {
  Qwen3Family() {
    super("Qwen3ForCausalLM", "qwen3", ConfigDefaults.of(32_768, 10_000).heads(32, 128));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseFeedForward(source);
    boolean bias = BiasKeys.attention(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(bias, bias)
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .window(Qwen2Family.window(source))
        .rotary(source.rotary());
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    WindowKeys.writeSwitched(config.variant().window(), json);
    WindowKeys.writeLayers(config, json);
  }
}
