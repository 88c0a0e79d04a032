package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A supported family of decoder models, named as Hugging Face names its class. What one of its
 * models computes follows from {@link ModelConfig} alone.
 */
public enum Architecture {
  /** Llama 1 to 3.2, SmolLM2 and all that share their class. */
  LLAMA("LlamaForCausalLM", "llama", Defaults.of(2048, 10_000).tokens(1, 2)),
  /** Mistral: sliding-window attention in every layer. */
  MISTRAL("MistralForCausalLM", "mistral", Defaults.of(131_072, 10_000).tokens(1, 2).heads(8, 0)),
  /** Qwen 2 and 2.5: biases on queries, keys and values. */
  QWEN2("Qwen2ForCausalLM", "qwen2", Defaults.of(32_768, 10_000).heads(32, 0)),
  /** Qwen 3: normalised queries and keys. */
  QWEN3("Qwen3ForCausalLM", "qwen3", Defaults.of(32_768, 10_000).heads(32, 128)),
  /** Phi 3, 3.5 and 4-mini: fused projections, long rotary factors. */
  PHI3("Phi3ForCausalLM", "phi3", Defaults.of(4096, 10_000).tokens(1, 32_000).epsilon(1e-5)),
  /** SmolLM 3: some layers without positions. */
  SMOLLM3(
      "SmolLM3ForCausalLM",
      "smollm3",
      Defaults.of(32_768, 2_000_000).tokens(128_000, 128_001).heads(4, 0).tiedEmbeddings()),
  /** Gemma 2: norms around both blocks, soft caps, sliding and global layers in turn. */
  GEMMA2(
      "Gemma2ForCausalLM",
      "gemma2",
      Defaults.of(8192, 10_000).tokens(2, 1).heads(4, 256).tiedEmbeddings()),
  /**
   * The text models of Gemma 3: as Gemma 2, with normalised queries and keys and local rotation.
   */
  GEMMA3(
      "Gemma3ForCausalLM",
      "gemma3_text",
      Defaults.of(131_072, 1_000_000).tokens(2, 1).heads(4, 256).tiedEmbeddings());

  private final String className;
  private final String modelType;

  // A record of numbers, so without state of its own.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Defaults defaults;

  Architecture(String className, String modelType, Defaults defaults) {
    this.className = className;
    this.modelType = modelType;
    this.defaults = defaults;
  }

  /**
   * What the Hugging Face class assumes where {@code config.json} says nothing.
   *
   * @param keyValueHeads 0 for as many as there are query heads
   * @param headSize 0 for the hidden size divided by the heads
   */
  record Defaults(
      int maxPositions,
      double ropeTheta,
      double normEpsilon,
      int keyValueHeads,
      int headSize,
      boolean tied,
      OptionalInt beginOfSequenceId,
      OptionalInt endOfSequenceId) {
    static Defaults of(int maxPositions, double ropeTheta) {
      return new Defaults(
          maxPositions, ropeTheta, 1e-6, 0, 0, false, OptionalInt.empty(), OptionalInt.empty());
    }

    Defaults tokens(int begin, int end) {
      return new Defaults(
          maxPositions,
          ropeTheta,
          normEpsilon,
          keyValueHeads,
          headSize,
          tied,
          OptionalInt.of(begin),
          OptionalInt.of(end));
    }

    Defaults heads(int keyValue, int size) {
      return new Defaults(
          maxPositions,
          ropeTheta,
          normEpsilon,
          keyValue,
          size,
          tied,
          beginOfSequenceId,
          endOfSequenceId);
    }

    Defaults epsilon(double epsilon) {
      return new Defaults(
          maxPositions,
          ropeTheta,
          epsilon,
          keyValueHeads,
          headSize,
          tied,
          beginOfSequenceId,
          endOfSequenceId);
    }

    Defaults tiedEmbeddings() {
      return new Defaults(
          maxPositions,
          ropeTheta,
          normEpsilon,
          keyValueHeads,
          headSize,
          true,
          beginOfSequenceId,
          endOfSequenceId);
    }
  }

  /** {@return the name of the Hugging Face class, such as {@code LlamaForCausalLM}} */
  public String className() {
    return className;
  }

  /** {@return the key {@code model_type} of {@code config.json}, such as {@code llama}} */
  public String modelType() {
    return modelType;
  }

  Defaults defaults() {
    return defaults;
  }

  /** {@return whether this is one of the Gemma models} */
  boolean isGemma() {
    return this == GEMMA2 || this == GEMMA3;
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

  /** {@return the architecture of this class name, or of this {@code model_type}, if supported} */
  public static Optional<Architecture> find(String name) {
    return Arrays.stream(values())
        .filter(known -> known.className.equals(name) || known.modelType.equals(name))
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
    return className;
  }
}
