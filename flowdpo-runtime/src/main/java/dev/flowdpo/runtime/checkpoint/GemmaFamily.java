package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Rotary;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What Gemma models share: norms around both blocks whose weights count from one, embeddings scaled
 * by the root of the hidden size, GELU, soft caps, and windows in some layers.
 */
abstract class GemmaFamily extends ModelFamily {
  private static final String ACTIVATION = "hidden_activation";
  private static final String SCALAR = "query_pre_attn_scalar";
  private static final String SCORE_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";
  private static final OptionalInt USUAL_WINDOW = OptionalInt.of(4096);

  private final boolean usuallyCapped;

  /**
   * @param usuallyCapped whether scores and logits have caps where the file is silent; null always
   *     means none
   */
  GemmaFamily(String className, String modelType, ConfigDefaults defaults, boolean usuallyCapped) {
    super(className, modelType, defaults.tokens(2, 1).heads(4, 256).tiedEmbeddings());
    this.usuallyCapped = usuallyCapped;
  }

  @Override
  void read(ConfigSource source, DecoderVariant.Builder variant) {
    BiasKeys.refuseFeedForward(source);
    boolean bias = BiasKeys.attention(source);
    variant
        .activation(activation(source))
        .attentionBias(bias, bias)
        .norms(LayerNorm.AROUND_BLOCKS)
        .normWeightsFromOne(true)
        .embeddingMultiplier(Math.sqrt(source.hiddenSize()))
        .attentionScalar(OptionalDouble.of(source.json().number(SCALAR, 0, 256)))
        .softCaps(cap(source, SCORE_CAP, 50), cap(source, LOGIT_CAP, 30))
        .window(WindowKeys.read(source, USUAL_WINDOW, () -> usualLocalLayers(source)))
        .rotary(rotary(source));
  }

  /** Returns the layers with local attention where the file has no list. */
  abstract ImmutableSortedSet<Integer> usualLocalLayers(ConfigSource source);

  /** Returns how positions turn queries and keys. */
  Rotary rotary(ConfigSource source) {
    return source.rotary();
  }

  /** Older files have {@code hidden_act} alone, which the Hugging Face class does not read. */
  private static Activation activation(ConfigSource source) {
    boolean older = source.json().has("hidden_act") && !source.json().has(ACTIVATION);
    return older ? Activation.GELU_TANH : source.activation(ACTIVATION, Activation.GELU_TANH);
  }

  private OptionalDouble cap(ConfigSource source, String key, double usual) {
    if (source.json().find(key).isPresent()) {
      return OptionalDouble.of(source.json().number(key, 0));
    }
    return usuallyCapped && !source.json().has(key)
        ? OptionalDouble.of(usual)
        : OptionalDouble.empty();
  }

  @Override
  void write(ModelConfig config, ObjectNode json) {
    DecoderVariant variant = config.variant();
    json.put(ACTIVATION, variant.activation().configName());
    BiasKeys.write(variant, json);
    json.put(SCALAR, variant.attentionScalar().orElse(config.headSize()));
    putOrNull(json, SCORE_CAP, variant.attentionSoftCap());
    putOrNull(json, LOGIT_CAP, variant.logitSoftCap());
    WindowKeys.write(variant.window(), json);
    writeLocalLayers(config, json);
  }

  /** Writes which layers have local attention. */
  void writeLocalLayers(ModelConfig config, ObjectNode json) {
    WindowKeys.writeLayers(config, json);
  }

  private static void putOrNull(ObjectNode json, String key, OptionalDouble value) {
    if (value.isPresent()) {
      json.put(key, value.getAsDouble());
    } else {
      json.putNull(key);
    }
  }

  @Override
  TensorNames names() {
    return TensorNames.NORMS_AROUND_BLOCKS;
  }

  @Override
  void writeForRandomWeights(int headSize, ObjectNode json) {
    json.put(SCALAR, headSize);
  }
}
