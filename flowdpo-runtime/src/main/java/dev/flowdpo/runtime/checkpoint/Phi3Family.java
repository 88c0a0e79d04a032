package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/** Phi 3, 3.5 and 4-mini: fused projections, windows in all layers, rotation of part of a head. */
final class Phi3Family extends ModelFamily {
  Phi3Family() {
    super(
        "Phi3ForCausalLM", "phi3", ConfigDefaults.of(4096, 10_000).tokens(1, 32_000).epsilon(1e-5));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseAttention(source);
    BiasKeys.refuseFeedForward(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .fusedProjections(true)
        .window(WindowKeys.read(source, OptionalInt.empty(), () -> source.layers(layer -> true)))
        .rotary(source.partialRotary());
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    WindowKeys.write(config.variant().window(), json);
    WindowKeys.writeLayersUnlessAlike(config, json);
  }
}
