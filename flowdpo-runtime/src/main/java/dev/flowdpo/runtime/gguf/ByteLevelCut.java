package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import dev.flowdpo.runtime.text.bpe.BytePairEncoder;
import dev.flowdpo.runtime.text.bpe.CasedPattern;
import dev.flowdpo.runtime.text.bpe.WordPattern;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a tokenizer of the byte level cuts text into words, by the name that GGUF files have for it.
 */
enum ByteLevelCut {
  /** GPT-2's words. */
  GPT2(ImmutableList.of("gpt-2", "phi-2", "olmo"), WordPattern.GPT2.expression(), false, false),
  /** GPT-2's words, digits apart. */
  DIGITS(ImmutableList.of("smollm", "starcoder", "refact"), null, false, false),
  /** Numbers in threes; a word that is a token is not merged. */
  LLAMA3(
      ImmutableList.of("llama-bpe", "llama3", "llama-v3"),
      WordPattern.LLAMA3.expression(),
      true,
      false),
  /** Numbers in threes. */
  THREES(ImmutableList.of("dbrx", "smaug-bpe"), WordPattern.LLAMA3.expression(), false, false),
  /** Digits one by one, text composed. */
  QWEN(ImmutableList.of("qwen2", "deepseek-r1-qwen"), WordPattern.QWEN.expression(), false, true),
  /** By case, numbers in threes. */
  O200K(ImmutableList.of("gpt-4o"), CasedPattern.O200K.expression(), false, false),
  /** By case, digits one by one; a word that is a token is not merged. */
  TEKKEN(ImmutableList.of("tekken"), CasedPattern.TEKKEN.expression(), true, false);

  static final String KEY = "tokenizer.ggml.pre";

  private final ImmutableList<String> names;

  private final @Nullable String expression;
  private final boolean wholeWords;
  private final boolean composed;

  ByteLevelCut(
      ImmutableList<String> names,
      @Nullable String expression,
      boolean wholeWords,
      boolean composed) {
    this.names = names;
    this.expression = expression;
    this.wholeWords = wholeWords;
    this.composed = composed;
  }

  /**
   * Returns what a file names.
   *
   * @throws dev.flowdpo.error.InvalidInputException if it is not known, or not named
   */
  static ByteLevelCut of(GgufMetadata metadata) {
    Optional<String> name = metadata.text(KEY);
    return name.flatMap(
            found -> Arrays.stream(values()).filter(cut -> cut.names.contains(found)).findFirst())
        .orElseThrow(
            () ->
                metadata.wrong(
                    KEY,
                    "one of "
                        + Arrays.stream(values())
                            .flatMap(cut -> cut.names.stream())
                            .collect(Collectors.joining(", ")),
                    name.map(found -> "\"" + found + "\", which is not supported")
                        .orElse("no such key; convert the model with a newer converter")));
  }

  /** Returns the cut of a tokenizer of the byte level, if files have a name for it. */
  static Optional<ByteLevelCut> of(TokenizerDefinition definition, boolean wholeWords) {
    boolean composed = definition.normalizer().path("type").asText().equals("NFC");
    if (!composed && !definition.normalizer().isNull()) {
      return Optional.empty();
    }
    return Arrays.stream(values())
        .filter(cut -> cut.wholeWords == wholeWords && cut.composed == composed)
        .filter(cut -> BytePairEncoder.cutAlike(cut.preTokenizer(), definition.preTokenizer()))
        .findFirst();
  }

  /** Returns the name that files have for it. */
  String inFile() {
    return names.get(0);
  }

  /** Returns whether a word that is a token is not merged. */
  boolean wholeWords() {
    return wholeWords;
  }

  /** Returns the normalizer, as a {@code tokenizer.json} has it, or null for none. */
  @Nullable ObjectNode normalizer() {
    return composed ? part("NFC") : null;
  }

  /** Returns the pre-tokenizer, as a {@code tokenizer.json} has it. */
  ObjectNode preTokenizer() {
    ObjectNode sequence = part("Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    if (expression == null) {
      steps.add(part("Digits").put("individual_digits", true));
    } else {
      ObjectNode split = part("Split").put("behavior", "Isolated").put("invert", false);
      split.putObject("pattern").put("Regex", expression);
      steps.add(split);
    }
    steps.add(level(expression == null));
    return sequence;
  }

  /** Returns the decoder, as a {@code tokenizer.json} has it. */
  static ObjectNode decoder() {
    return level(true);
  }

  private static ObjectNode level(boolean cuts) {
    return part("ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", cuts);
  }

  private static ObjectNode part(String type) {
    return JsonObjectFile.object().put("type", type);
  }
}
