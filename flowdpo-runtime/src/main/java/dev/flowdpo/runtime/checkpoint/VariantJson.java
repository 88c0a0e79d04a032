package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Local;
import dev.flowdpo.runtime.checkpoint.DecoderVariant.Rotary;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the keys of {@code config.json} mean for each architecture, as its Hugging Face class
 * understands them. Stateless and thread-safe.
 */
final class VariantJson {
  private static final String BIAS = "attention_bias";
  private static final String MLP_BIAS = "mlp_bias";
  private static final String SCALAR = "query_pre_attn_scalar";
  private static final String SCORE_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";

  private final JsonObjectFile json;
  private final Architecture architecture;
  private final int layers;
  private final RopeJson rope;

  private VariantJson(JsonObjectFile json, Architecture architecture, int layers, RopeJson rope) {
    this.json = json;
    this.architecture = architecture;
    this.layers = layers;
    this.rope = rope;
  }

  /**
   * Returns the variant that the file describes.
   *
   * @param maxPositions the positions that the file states
   */
  static DecoderVariant read(
      JsonObjectFile json, Architecture architecture, int layers, int maxPositions, RopeJson rope) {
    return new VariantJson(json, architecture, layers, rope).read(maxPositions);
  }

  private DecoderVariant read(int maxPositions) {
    DecoderVariant.Builder builder = DecoderVariant.builder().activation(activation());
    boolean bias =
        switch (architecture) {
          case MISTRAL, PHI3 -> refused(BIAS);
          case QWEN2 -> false;
          default -> json.flag(BIAS, false);
        };
    builder.attentionBias(bias || architecture == Architecture.QWEN2, bias);
    boolean plainFeedForward =
        switch (architecture) {
          case LLAMA, SMOLLM3 -> json.flag(MLP_BIAS, false);
          default -> refused(MLP_BIAS);
        };
    builder.feedForwardBias(plainFeedForward);
    builder.fusedProjections(architecture == Architecture.PHI3);
    builder.queryKeyNorm(architecture == Architecture.QWEN3 || architecture == Architecture.GEMMA3);
    if (architecture.isGemma()) {
      builder.gemmaNorms(true);
      builder.attentionScalar(OptionalDouble.of(json.number(SCALAR, 0, 256)));
      builder.softCaps(cap(SCORE_CAP, 50), cap(LOGIT_CAP, 30));
    }
    LayersJson pattern = LayersJson.of(json, architecture, layers);
    builder.window(pattern.window());
    Optional<Local> local =
        architecture == Architecture.GEMMA3
            ? Optional.of(new Local(rope.localTheta(10_000), pattern.sliding()))
            : Optional.empty();
    return builder
        .rotary(new Rotary(share(), rope.scaling(maxPositions), local, pattern.withoutRope()))
        .build();
  }

  private boolean refused(String key) {
    if (json.flag(key, false)) {
      throw json.wrong(
          key, "false: " + architecture + " has no such bias", json.require(key, "false"));
    }
    return false;
  }

  private Activation activation() {
    String key =
        architecture.isGemma() && (json.has("hidden_activation") || !json.has("hidden_act"))
            ? "hidden_activation"
            : "hidden_act";
    Activation usual = architecture.isGemma() ? Activation.GELU_TANH : Activation.SILU;
    String name = json.string(key, usual.configName());
    // Gemma's class reads hidden_activation only; where it is missing, hidden_act may say anything.
    return key.equals("hidden_act") && architecture.isGemma()
        ? usual
        : Activation.named(name)
            .orElseThrow(() -> json.wrong(key, Activation.allNames(), json.require(key, "a name")));
  }

  /** A soft cap: Gemma 2 has one unless the file says null, Gemma 3 only if the file says so. */
  private OptionalDouble cap(String key, double usual) {
    if (json.find(key).isPresent()) {
      return OptionalDouble.of(json.number(key, 0));
    }
    return architecture == Architecture.GEMMA2 && !json.has(key)
        ? OptionalDouble.of(usual)
        : OptionalDouble.empty();
  }

  private double share() {
    double share = rope.share();
    if (share != 1 && architecture != Architecture.PHI3) {
      throw json.wrong(
          "partial_rotary_factor",
          "1: " + architecture + " rotates whole heads",
          json.find("partial_rotary_factor").orElseGet(() -> json.require("rope_parameters", "1")));
    }
    return share;
  }

  /** Writes the architecture's own keys, so that {@link #read} gives the same variant. */
  static void write(ObjectNode json, ModelConfig config) {
    DecoderVariant variant = config.variant();
    Architecture architecture = config.architecture();
    json.put(
        architecture.isGemma() ? "hidden_activation" : "hidden_act",
        variant.activation().configName());
    json.put(BIAS, variant.attentionOutputBias());
    json.put(MLP_BIAS, variant.feedForwardBias());
    if (architecture.isGemma()) {
      json.put(SCALAR, variant.attentionScalar().orElse(config.headSize()));
      putOrNull(json, SCORE_CAP, variant.attentionSoftCap());
      putOrNull(json, LOGIT_CAP, variant.logitSoftCap());
    }
    LayersJson.write(json, config);
  }

  private static void putOrNull(ObjectNode json, String key, OptionalDouble value) {
    if (value.isPresent()) {
      json.put(key, value.getAsDouble());
    } else {
      json.putNull(key);
    }
  }
}
