package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * The shape of a decoder model, as {@code config.json} of a Hugging Face folder gives it. Immutable
 * and thread-safe.
 *
 * <p>Supported is the Llama architecture: RMS normalisation before attention and feed-forward,
 * rotary position embedding over the whole head, grouped-query attention, gated SiLU feed-forward,
 * no biases.
 *
 * @param architecture the Hugging Face class name; {@value #LLAMA} is the one supported
 * @param vocabularySize the number of rows of the token embedding
 * @param hiddenSize the width of the residual stream
 * @param layers the number of decoder layers
 * @param attentionHeads the number of query heads
 * @param keyValueHeads the number of key and value heads; divides {@code attentionHeads}
 * @param headSize the width of one head; even, as rotary embedding turns pairs
 * @param feedForwardSize the inner width of the feed-forward block
 * @param ropeTheta the base of the rotary frequencies
 * @param normEpsilon the epsilon of RMS normalisation
 * @param maxPositions the longest sequence, in tokens
 * @param tiedEmbeddings whether the output projection is the token embedding
 * @param endOfSequenceIds the tokens that end a text; may be empty
 * @param beginOfSequenceId the token that starts a text, if the model has one
 */
public record ModelConfig(
    String architecture,
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
  /** The name of the one supported architecture. */
  public static final String LLAMA = "LlamaForCausalLM";

  /** More layers than any model has; keeps a damaged file from asking for endless tensors. */
  private static final int MAX_LAYERS = 10_000;

  /**
   * Checks the values against each other.
   *
   * @throws InvalidInputException if the architecture is not supported or a value is out of range
   */
  public ModelConfig {
    if (!architecture.equals(LLAMA)) {
      throw new InvalidInputException(
          "model architecture: expected " + LLAMA + ", the one supported, found " + architecture);
    }
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
    check(headSize % 2 == 0, "head size", "an even number", headSize);
    check(
        (long) attentionHeads * headSize <= Integer.MAX_VALUE,
        "attention heads times head size",
        "at most " + Integer.MAX_VALUE,
        (long) attentionHeads * headSize);
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
  }

  /**
   * {@return the configuration in the file}
   *
   * <p>Absent keys take the values that the Hugging Face Llama configuration gives them: {@code
   * num_key_value_heads} as many as {@code num_attention_heads}, {@code head_dim} the hidden size
   * divided by the heads, {@code rope_theta} 10000, {@code rms_norm_eps} 1e-6, {@code
   * max_position_embeddings} 2048, {@code tie_word_embeddings} false, {@code bos_token_id} 1,
   * {@code eos_token_id} 2. An id that is {@code null} means that the model has none. The
   * end-of-sequence ids of a {@code generation_config.json} beside the file are added.
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

  /** {@return the number of weights, tied ones counted once} */
  public long parameters() {
    long embedding = (long) vocabularySize * hiddenSize;
    long attention = 2L * hiddenSize * queryWidth() + 2L * hiddenSize * keyValueWidth();
    long feedForward = 3L * hiddenSize * feedForwardSize;
    long layer = attention + feedForward + 2L * hiddenSize;
    return embedding * (tiedEmbeddings ? 1 : 2) + layers * layer + hiddenSize;
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
