package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/**
 * Granite 3, the dense models: as Llama, with a factor on embeddings, on scores in place of the
 * root of the head size, on what blocks add to the residual stream, and a divisor of logits.
 */
final class GraniteFamily extends ModelFamily {
  private static final String EMBEDDINGS = "embedding_multiplier";
  private static final String SCORES = "attention_multiplier";
  private static final String RESIDUAL = "residual_multiplier";
  private static final String LOGITS = "logits_scaling";

  GraniteFamily() {
    super("GraniteForCausalLM", "granite", ConfigDefaults.of(2048, 10_000).tokens(1, 2));
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    boolean bias = BiasKeys.attention(source);
    variant
        .activation(source.activation(ACTIVATION, Activation.SILU))
        .attentionBias(bias, bias)
        .feedForwardBias(BiasKeys.feedForward(source))
        .embeddingMultiplier(source.json().number(EMBEDDINGS, 0, 1))
        .attentionMultiplier(OptionalDouble.of(source.json().number(SCORES, 0, 1)))
        .residualMultiplier(source.json().number(RESIDUAL, 0, 1))
        .logitDivisor(source.json().number(LOGITS, 0, 1))
        .rotary(source.rotary());
    WindowKeys.refuse(source);
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    super.write(config, json);
    DecoderVariant variant = config.variant();
    json.put(EMBEDDINGS, variant.embeddingMultiplier());
    json.put(SCORES, config.attentionScale());
    json.put(RESIDUAL, variant.residualMultiplier());
    json.put(LOGITS, variant.logitDivisor());
  }

  /** The factors of the published models, whose scores are divided by the head size. */
  @Override
  void writeForRandomWeights(int headSize, ObjectNode json) {
    json.put(EMBEDDINGS, 12.0);
    json.put(SCORES, 1.0 / headSize);
    json.put(RESIDUAL, 0.22);
    json.put(LOGITS, 8.0);
  }
}
