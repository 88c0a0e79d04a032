package dev.flowdpo.runtime.gguf;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RopeScaling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Says a configuration in the keys of a GGUF file: the way back from {@link GgufConfig}. Stateless
 * and thread-safe.
 */
final class GgufKeys {
  private static final double USUAL_LOCAL_BASE = 10_000;

  private GgufKeys() {}

  /**
   * Returns the family that files have for a model.
   *
   * @throws InvalidInputException if there is none
   */
  static GgufFamily family(ModelConfig config) {
    Architecture inFiles =
        config.architecture() == Architecture.MISTRAL ? Architecture.LLAMA : config.architecture();
    for (GgufFamily family : GgufFamily.values()) {
      if (family.architecture() == inFiles) {
        return family;
      }
    }
    throw new InvalidInputException(
        config.architecture() + ": expected a family that GGUF files have, found none for it");
  }

  /**
   * Returns the keys.
   *
   * @param model the model's folder, for messages
   * @throws InvalidInputException if no key says what the model computes
   */
  static Map<String, Object> of(Path model, ModelConfig config) {
    GgufFamily family = family(config);
    DecoderVariant variant = config.variant();
    Map<String, Object> keys = new LinkedHashMap<>();
    String prefix = family.prefix() + ".";
    keys.put("general.architecture", family.prefix());
    keys.put("general.name", String.valueOf(model.toAbsolutePath().normalize().getFileName()));
    keys.put(prefix + "vocab_size", config.vocabularySize());
    keys.put(prefix + "block_count", config.layers());
    keys.put(prefix + "context_length", config.maxPositions());
    keys.put(prefix + "embedding_length", config.hiddenSize());
    keys.put(prefix + "feed_forward_length", config.feedForwardSize());
    keys.put(prefix + "attention.head_count", config.attentionHeads());
    keys.put(prefix + "attention.head_count_kv", config.keyValueHeads());
    keys.put(prefix + "attention.key_length", config.headSize());
    keys.put(prefix + "attention.value_length", config.headSize());
    keys.put(prefix + "attention.layer_norm_rms_epsilon", config.normEpsilon());
    keys.put(prefix + "rope.dimension_count", config.rotarySize());
    keys.put(prefix + "rope.freq_base", config.ropeTheta());
    putScaling(keys, prefix, model, family, config);
    if (family == GgufFamily.GRANITE) {
      keys.put(prefix + "attention.scale", config.attentionScale());
      keys.put(prefix + "embedding_scale", variant.embeddingMultiplier());
      keys.put(prefix + "residual_scale", variant.residualMultiplier());
      keys.put(prefix + "logit_scale", variant.logitDivisor());
    }
    variant.attentionSoftCap().ifPresent(cap -> keys.put(prefix + "attn_logit_softcapping", cap));
    variant.logitSoftCap().ifPresent(cap -> keys.put(prefix + "final_logit_softcapping", cap));
    if (family.windows()) {
      variant
          .window()
          .ifPresent(window -> keys.put(prefix + "attention.sliding_window", window.size()));
    }
    variant
        .rotary()
        .local()
        .filter(local -> local.theta() != USUAL_LOCAL_BASE)
        .ifPresent(local -> keys.put(prefix + "rope.freq_base_swa", local.theta()));
    return keys;
  }

  private static void putScaling(
      Map<String, Object> keys, String prefix, Path model, GgufFamily family, ModelConfig config) {
    RopeScaling scaling = config.variant().rotary().scaling();
    if (scaling instanceof RopeScaling.Linear linear) {
      keys.put(prefix + "rope.scaling.type", "linear");
      keys.put(prefix + "rope.scaling.factor", linear.factor());
    } else if (scaling instanceof RopeScaling.LongRope rope && family == GgufFamily.PHI3) {
      keys.put(prefix + "rope.scaling.original_context_length", rope.originalPositions());
      keys.put(prefix + "rope.scaling.attn_factor", rope.attentionFactor(config.maxPositions()));
    } else if (!(scaling instanceof RopeScaling.None)
        && frequencyFactors(family, config).isEmpty()) {
      throw new InvalidInputException(
          "%s: rope scaling %s: expected one that GGUF files have for %s, found none for it"
              .formatted(model, scaling.getClass().getSimpleName(), family.prefix()));
    }
  }

  /** Returns what each frequency is divided by, where that is a tensor of the file. */
  static Optional<float[]> frequencyFactors(GgufFamily family, ModelConfig config) {
    RopeScaling scaling = config.variant().rotary().scaling();
    if (!(scaling instanceof RopeScaling.Llama3) || family != GgufFamily.LLAMA) {
      return Optional.empty();
    }
    int size = config.rotarySize();
    int positions = config.maxPositions();
    double[] plain = RopeScaling.none().frequencies(config.ropeTheta(), size, positions, positions);
    double[] scaled = scaling.frequencies(config.ropeTheta(), size, positions, positions);
    float[] factors = new float[plain.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (plain[i] / scaled[i]);
    }
    return Optional.of(factors);
  }
}
