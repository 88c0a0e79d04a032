package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The supported families of decoder models, in one list. All that a family means is in its {@link
 * ModelFamily}, which says how to add one; what one of its models computes follows from {@link
 * ModelConfig} alone.
 */
public enum Architecture {
  /** Llama 1 to 3.2, SmolLM2 and all that share their class. */
  LLAMA(new LlamaFamily()),
  /** Mistral: sliding-window attention in every layer. */
  MISTRAL(new MistralFamily()),
  /** Qwen 2 and 2.5: biases on queries, keys and values. */
  QWEN2(new Qwen2Family()),
  /** Qwen 3: normalised queries and keys. */
  QWEN3(new Qwen3Family()),
  /** Phi 3, 3.5 and 4-mini: fused projections, long rotary factors. */
  PHI3(new Phi3Family()),
  /** SmolLM 3: some layers without positions. */
  SMOLLM3(new SmolLm3Family()),
  /** Gemma 2: norms around both blocks, soft caps, sliding and global layers in turn. */
  GEMMA2(new Gemma2Family()),
  /**
   * The text models of Gemma 3: as Gemma 2, with normalised queries and keys and local rotation.
   */
  GEMMA3(new Gemma3Family()),
  /** Granite 3, dense: multipliers of embeddings, scores, results of blocks and logits. */
  GRANITE(new GraniteFamily()),
  /** OLMo 2: norms after the blocks only, queries and keys normalised over all heads. */
  OLMO2(new Olmo2Family());

  // Families have no state that changes.
  @SuppressWarnings("ImmutableEnumChecker")
  private final ModelFamily family;

  Architecture(ModelFamily family) {
    this.family = family;
  }

  /** {@return the name of the Hugging Face class, such as {@code LlamaForCausalLM}} */
  public String className() {
    return family.className();
  }

  /** {@return the key {@code model_type} of {@code config.json}, such as {@code llama}} */
  public String modelType() {
    return family.modelType();
  }

  /** {@return the short name, such as {@code llama}: the constant's, in lower case} */
  public String shortName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return what the family means} */
  ModelFamily family() {
    return family;
  }

  /**
   * {@return the architecture of this class name}
   *
   * @throws InvalidInputException if it is not supported; the message lists those that are
   */
  public static Architecture named(String className) {
    return find(className)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "model architecture: expected " + supported() + ", found " + className));
  }

  /**
   * {@return the architecture of this class name, of this {@code model_type} or of this short name,
   * if supported}
   */
  public static Optional<Architecture> find(String name) {
    return Arrays.stream(values())
        .filter(
            known ->
                known.className().equals(name)
                    || known.modelType().equals(name)
                    || known.shortName().equals(name))
        .findFirst();
  }

  /** {@return the class names of all supported architectures, for messages} */
  public static String supported() {
    return "one of "
        + Arrays.stream(values()).map(Architecture::className).collect(Collectors.joining(", "));
  }

  /** {@return the name of the Hugging Face class} */
  @Override
  public String toString() {
    return className();
  }
}
