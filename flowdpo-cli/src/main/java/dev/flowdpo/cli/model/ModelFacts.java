package dev.flowdpo.cli.model;

import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.DecoderVariant;
import dev.flowdpo.runtime.checkpoint.LayerNorm;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ParameterKind;
import dev.flowdpo.runtime.checkpoint.RopeScaling;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code inspect} says of a model, as JSON has it.
 *
 * @param heads query heads
 * @param window the size of the sliding window and the number of layers with it; empty for none
 * @param rope how positions turn queries and keys
 * @param norms where norms are, beside those before attention, feed-forward and the head
 * @param biases which linear layers add a bias; empty for none
 * @param multipliers what embeddings, scores, results of blocks and logits are multiplied by, where
 *     that is not as usual
 * @param parameters how many there are, by kind; {@code total} first
 * @param types how many parameters are stored in each type
 */
record ModelFacts(
    String architecture,
    int layers,
    int hidden,
    int heads,
    int keyValueHeads,
    int headSize,
    int feedForward,
    String activation,
    int vocabulary,
    boolean tiedEmbeddings,
    boolean fusedProjections,
    int longestSequence,
    String window,
    String rope,
    List<String> norms,
    List<String> biases,
    List<String> softCaps,
    List<String> multipliers,
    Map<String, Long> parameters,
    Map<String, Long> types) {

  static ModelFacts of(CheckpointContents contents) {
    ModelConfig config = contents.config();
    DecoderVariant variant = config.variant();
    return new ModelFacts(
        config.architecture().className(),
        config.layers(),
        config.hiddenSize(),
        config.attentionHeads(),
        config.keyValueHeads(),
        config.headSize(),
        config.feedForwardSize(),
        lower(variant.activation()),
        config.vocabularySize(),
        config.tiedEmbeddings(),
        variant.fusedProjections(),
        config.longestSequence(),
        variant
            .window()
            .map(window -> window.size() + " tokens in " + layers(window.layers(), config))
            .orElse(""),
        rope(config),
        norms(variant),
        biases(variant),
        softCaps(variant),
        multipliers(variant),
        parameters(contents),
        types(contents));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String layers(ImmutableSortedSet<Integer> some, ModelConfig config) {
    return some.size() == config.layers() ? "all layers" : some.size() + " layers";
  }

  private static String rope(ModelConfig config) {
    DecoderVariant.Rotary rotary = config.variant().rotary();
    StringBuilder text = new StringBuilder("theta ").append(number(config.ropeTheta()));
    if (!rotary.scaling().equals(RopeScaling.none())) {
      text.append(", scaling ")
          .append(rotary.scaling().getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }
    if (rotary.share() < 1) {
      text.append(", ").append(config.rotarySize()).append(" elements of a head");
    }
    rotary
        .local()
        .ifPresent(
            local ->
                text.append(", theta ")
                    .append(number(local.theta()))
                    .append(" in ")
                    .append(layers(local.layers(), config)));
    if (!rotary.layersWithout().isEmpty()) {
      text.append(", none in ").append(layers(rotary.layersWithout(), config));
    }
    return text.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : value + "";
  }

  private static List<String> norms(DecoderVariant variant) {
    List<String> norms = new ArrayList<>();
    if (LayerNorm.AFTER_ATTENTION.isIn(variant)) {
      boolean before = LayerNorm.BEFORE_ATTENTION.isIn(variant);
      norms.add("after attention and feed-forward" + (before ? "" : ", not before"));
    }
    switch (variant.queryKeyNorm()) {
      case NONE -> {}
      case EACH_HEAD -> norms.add("of queries and keys");
      case ALL_HEADS -> norms.add("of queries and keys, all heads together");
    }
    return norms;
  }

  private static List<String> biases(DecoderVariant variant) {
    List<String> biases = new ArrayList<>();
    if (variant.attentionInputBias()) {
      biases.add("queries, keys and values");
    }
    if (variant.attentionOutputBias()) {
      biases.add("attention output");
    }
    if (variant.feedForwardBias()) {
      biases.add("feed-forward");
    }
    return biases;
  }

  private static List<String> softCaps(DecoderVariant variant) {
    List<String> caps = new ArrayList<>();
    variant.attentionSoftCap().ifPresent(cap -> caps.add("attention " + number(cap)));
    variant.logitSoftCap().ifPresent(cap -> caps.add("logits " + number(cap)));
    return caps;
  }

  private static List<String> multipliers(DecoderVariant variant) {
    List<String> multipliers = new ArrayList<>();
    if (variant.embeddingMultiplier() != 1) {
      multipliers.add("embeddings " + factor(variant.embeddingMultiplier()));
    }
    variant.attentionMultiplier().ifPresent(scale -> multipliers.add("scores " + factor(scale)));
    if (variant.residualMultiplier() != 1) {
      multipliers.add("results of blocks " + factor(variant.residualMultiplier()));
    }
    if (variant.logitDivisor() != 1) {
      multipliers.add("logits 1/" + factor(variant.logitDivisor()));
    }
    return multipliers;
  }

  private static String factor(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private static Map<String, Long> parameters(CheckpointContents contents) {
    Map<String, Long> parameters = new LinkedHashMap<>();
    parameters.put("total", contents.parameters());
    for (ParameterKind kind : ParameterKind.values()) {
      long count = contents.parameters(tensor -> tensor.kind() == kind);
      if (count > 0) {
        parameters.put(lower(kind), count);
      }
    }
    return parameters;
  }

  private static Map<String, Long> types(CheckpointContents contents) {
    Map<String, Long> types = new TreeMap<>();
    contents.tensors().forEach(t -> types.merge(t.type(), t.elements(), Long::sum));
    return types;
  }
}
