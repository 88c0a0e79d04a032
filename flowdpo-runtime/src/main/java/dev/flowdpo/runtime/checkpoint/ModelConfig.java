package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * The shape of a decoder model, as {@code config.json} of a Hugging Face folder gives it. Immutable
 * and thread-safe.
 *
 * <p>Every supported model is one decoder: what its {@link Architecture} stands for, and what the
 * file says beyond, is in {@link DecoderVariant}.
 *
 * @param architecture the architecture that the folder names
 * @param vocabularySize the number of rows of the token embedding
 * @param hiddenSize the width of the residual stream
 * @param layers the number of decoder layers
 * @param attentionHeads the number of query heads
 * @param keyValueHeads the number of key and value heads; divides {@code attentionHeads}
 * @param headSize the width of one head; what rotary embedding turns of it is even
 * @param feedForwardSize the inner width of the feed-forward block
 * @param ropeTheta the base of the rotary frequencies
 * @param normEpsilon the epsilon of RMS normalisation
 * @param maxPositions the longest sequence, in tokens, where rope scaling does not lengthen it: see
 *     {@link #longestSequence}
 * @param tiedEmbeddings whether the output projection is the token embedding
 * @param endOfSequenceIds the tokens that end a text; may be empty
 * @param beginOfSequenceId the token that starts a text, if the model has one
 * @param variant in what the decoder differs from the plain one
 */
public record ModelConfig(
    Architecture architecture,
    int vocabularySize,
    int hiddenSize,
    int layers,
    int attentionHeads,
    int keyValueHeads,
    int headSize,
    int feedForwardSize,
    double ropeTheta,
    double normEpsilon,
    int maxPositions,
    boolean tiedEmbeddings,
    List<Integer> endOfSequenceIds,
    OptionalInt beginOfSequenceId,
    DecoderVariant variant) {
  /** The architecture of the bundled model. */
  public static final Architecture LLAMA = Architecture.LLAMA;

  /** More layers than any model has; keeps a damaged file from asking for endless tensors. */
  static final int MAX_LAYERS = 10_000;

  /**
   * Checks the values against each other.
   *
   * @throws InvalidInputException if a value is out of range
   */
  public ModelConfig {
    positive("vocabulary size", vocabularySize);
    positive("hidden size", hiddenSize);
    positive("number of layers", layers);
    check(layers <= MAX_LAYERS, "number of layers", "at most " + MAX_LAYERS, layers);
    positive("number of attention heads", attentionHeads);
    positive("number of key-value heads", keyValueHeads);
    positive("head size", headSize);
    positive("feed-forward size", feedForwardSize);
    positive("longest sequence", maxPositions);
    check(
        attentionHeads % keyValueHeads == 0,
        "number of key-value heads",
        "a divisor of " + attentionHeads + ", the number of attention heads",
        keyValueHeads);
    check(
        (long) attentionHeads * headSize <= Integer.MAX_VALUE / 4,
        "attention heads times head size",
        "at most " + Integer.MAX_VALUE / 4,
        (long) attentionHeads * headSize);
    check(
        feedForwardSize <= Integer.MAX_VALUE / 2,
        "feed-forward size",
        "at most " + Integer.MAX_VALUE / 2,
        feedForwardSize);
    check(
        ropeTheta > 0 && Double.isFinite(ropeTheta), "rope theta", "a positive number", ropeTheta);
    check(
        normEpsilon > 0 && Double.isFinite(normEpsilon),
        "norm epsilon",
        "a positive number",
        normEpsilon);
    endOfSequenceIds = ImmutableList.copyOf(endOfSequenceIds);
    for (int id : endOfSequenceIds) {
      token("end-of-sequence id", id, vocabularySize);
    }
    if (beginOfSequenceId.isPresent()) {
      token("begin-of-sequence id", beginOfSequenceId.getAsInt(), vocabularySize);
    }
    checkVariant(variant, headSize, layers);
  }

  /**
   * A model whose decoder is the plain one.
   *
   * @throws InvalidInputException if a value is out of range
   */
  public ModelConfig(
      Architecture architecture,
      int vocabularySize,
      int hiddenSize,
      int layers,
      int attentionHeads,
      int keyValueHeads,
      int headSize,
      int feedForwardSize,
      double ropeTheta,
      double normEpsilon,
      int maxPositions,
      boolean tiedEmbeddings,
      List<Integer> endOfSequenceIds,
      OptionalInt beginOfSequenceId) {
    this(
        architecture,
        vocabularySize,
        hiddenSize,
        layers,
        attentionHeads,
        keyValueHeads,
        headSize,
        feedForwardSize,
        ropeTheta,
        normEpsilon,
        maxPositions,
        tiedEmbeddings,
        endOfSequenceIds,
        beginOfSequenceId,
        DecoderVariant.plain());
  }

  /**
   * {@return the configuration in the file}
   *
   * <p>Absent keys take the values that the Hugging Face class of the architecture gives them, such
   * as {@code num_key_value_heads} 8 for Mistral, or as many as {@code num_attention_heads} for
   * Llama. An id that is {@code null} means that the model has none. The end-of-sequence ids of a
   * {@code generation_config.json} beside the file are added.
   *
   * @param configJson the file {@code config.json}
   * @throws InvalidInputException if the file is missing or malformed, a key is missing or out of
   *     range, or the model uses what is not supported; the message names the key and what is
   *     supported
   */
  public static ModelConfig read(Path configJson) {
    return ModelConfigJson.read(configJson);
  }

  /**
   * {@return the configuration in a text that reads as a {@code config.json} does}
   *
   * @param origin where the text is from, for messages
   * @param json the text
   * @throws InvalidInputException as {@link #read} does
   */
  public static ModelConfig fromJson(Path origin, String json) {
    return ModelConfigJson.read(JsonObjectFile.parse(origin, json));
  }

  /**
   * {@return the configuration as a {@code config.json} that {@link #read} and other tools read}
   */
  public String toJson() {
    return ModelConfigJson.format(this);
  }

  /** {@return the width of all query heads together} */
  public int queryWidth() {
    return attentionHeads * headSize;
  }

  /** {@return the width of all key heads, or all value heads, together} */
  public int keyValueWidth() {
    return keyValueHeads * headSize;
  }

  /** {@return the number of elements of a head that rotary embedding turns, its first ones} */
  public int rotarySize() {
    return rotarySize(variant, headSize);
  }

  /** {@return what attention scores are multiplied by} */
  public double attentionScale() {
    return variant
        .attentionMultiplier()
        .orElse(1 / Math.sqrt(variant.attentionScalar().orElse(headSize)));
  }

  /** {@return what the parts of the model are called in a checkpoint} */
  public TensorNames names() {
    return architecture.family().names();
  }

  /** {@return the longest sequence, in tokens, with what rope scaling adds} */
  public int longestSequence() {
    return variant.rotary().scaling().longestSequence(maxPositions);
  }

  /** {@return the number of weights, tied ones counted once} */
  public long parameters() {
    long parameters = 0;
    for (ModelTensor tensor : ModelTensor.of(this)) {
      parameters += tensor.elements();
    }
    return parameters;
  }

  private static int rotarySize(DecoderVariant variant, int headSize) {
    return (int) (headSize * variant.rotary().share());
  }

  private static void checkVariant(DecoderVariant variant, int headSize, int layers) {
    double share = variant.rotary().share();
    check(share > 0 && share <= 1, "partial rotary factor", "a number above 0, at most 1", share);
    int rotated = rotarySize(variant, headSize);
    check(
        rotated > 0 && rotated % 2 == 0,
        share == 1 ? "head size" : "head size times partial rotary factor",
        "an even number",
        rotated);
    variant.rotary().scaling().check(rotated);
    variant.rotary().local().ifPresent(local -> positive("local rope theta", local.theta()));
    variant.attentionScalar().ifPresent(value -> positive("attention scalar", value));
    variant.attentionMultiplier().ifPresent(value -> positive("attention multiplier", value));
    positive("embedding multiplier", variant.embeddingMultiplier());
    positive("residual multiplier", variant.residualMultiplier());
    positive("logit divisor", variant.logitDivisor());
    variant.attentionSoftCap().ifPresent(value -> positive("attention soft cap", value));
    variant.logitSoftCap().ifPresent(value -> positive("logit soft cap", value));
    variant.window().ifPresent(window -> positive("sliding window", window.size()));
    checkLayers(variant.rotary().layersWithout(), layers);
    variant.rotary().local().ifPresent(local -> checkLayers(local.layers(), layers));
    variant.window().ifPresent(window -> checkLayers(window.layers(), layers));
  }

  private static void checkLayers(ImmutableSortedSet<Integer> chosen, int layers) {
    if (!chosen.isEmpty()) {
      check(
          chosen.first() >= 0 && chosen.last() < layers,
          "layers",
          "indices from 0 to " + (layers - 1),
          chosen);
    }
  }

  private static void positive(String what, double value) {
    check(value > 0 && Double.isFinite(value), what, "a positive number", value);
  }

  private static void positive(String what, int value) {
    check(value > 0, what, "a positive number", value);
  }

  private static void token(String what, int id, int vocabularySize) {
    check(
        id >= 0 && id < vocabularySize,
        what,
        "a token id below the vocabulary size " + vocabularySize,
        id);
  }

  private static void check(boolean holds, String what, String expected, Object found) {
    if (!holds) {
      throw new InvalidInputException(what + ": expected " + expected + ", found " + found);
    }
  }
}
