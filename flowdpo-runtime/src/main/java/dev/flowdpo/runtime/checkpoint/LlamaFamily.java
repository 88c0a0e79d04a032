package dev.flowdpo.runtime.checkpoint;

/** Llama 1 to 3.2, SmolLM2 and all that share their class: the plain decoder, biases by choice. */
final class LlamaFamily extends ModelFamily {
  LlamaFamily() {
    super("LlamaForCausalLM", "llama", ConfigDefaults.of(2048, 10_000).tokens(1, 2));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    boolean bias = BiasKeys.attention(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(bias, bias)
        .feedForwardBias(BiasKeys.feedForward(source))
        .rotary(source.rotary());
    WindowKeys.refuse(source);
  }
}
