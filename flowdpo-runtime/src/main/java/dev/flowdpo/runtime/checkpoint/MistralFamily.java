package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/** Mistral: sliding-window attention in every layer. */
final class MistralFamily extends ModelFamily {
  private static final OptionalInt USUAL_WINDOW = OptionalInt.of(4096);

  MistralFamily() {
    super(
        "MistralForCausalLM",
        "mistral",
        ConfigDefaults.of(131_072, 10_000).tokens(1, 2).heads(8, 0));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseAttention(source);
    BiasKeys.refuseFeedForward(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .window(WindowKeys.read(source, USUAL_WINDOW, () -> source.layers(layer -> true)))
        .rotary(source.rotary());
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    WindowKeys.write(config.variant().window(), json);
    WindowKeys.writeLayersUnlessAlike(config, json);
  }
}
