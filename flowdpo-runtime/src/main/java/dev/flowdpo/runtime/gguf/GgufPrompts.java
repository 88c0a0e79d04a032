package dev.flowdpo.runtime.gguf;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.runtime.text.PromptSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a GGUF file says of prompts, and files beside it that have its name: {@code NAME.flow.json},
 * and {@code NAME.chat_template.jinja} in place of its own chat template. Stateless and
 * thread-safe.
 */
public final class GgufPrompts {
  static final String TEMPLATE = "tokenizer.chat_template";

  /** Special tokens, as templates and as files call them. */
  private static final Map<String, String> SPECIAL =
      ImmutableMap.of(
          "bos_token", "tokenizer.ggml.bos_token_id",
          "eos_token", "tokenizer.ggml.eos_token_id",
          "unk_token", "tokenizer.ggml.unknown_token_id",
          "pad_token", "tokenizer.ggml.padding_token_id");

  private GgufPrompts() {}

  /**
   * {@return what the file says}
   *
   * @throws InvalidInputException if a key or a file beside it is malformed
   */
  public static PromptSettings read(GgufMetadata metadata) {
    Path flowJson = beside(metadata, FlowTemplates.FILE);
    GgufTokens tokens = GgufTokens.of(metadata);
    return new PromptSettings(
        metadata.file(),
        flowJson,
        Optional.empty(),
        PromptSettings.hasPrompt(flowJson) ? Optional.empty() : chatTemplate(metadata),
        beside(metadata, ModelChatTemplate.FILE),
        tokens.addsBegin(),
        Optional.of(tokens.statedEnd().stream().toList()));
  }

  /**
   * {@return the chat template, if there is one}
   *
   * @throws InvalidInputException if it is malformed
   */
  public static Optional<ModelChatTemplate> chatTemplate(GgufMetadata metadata) {
    Path file = beside(metadata, ModelChatTemplate.FILE);
    if (Files.exists(file)) {
      return Optional.of(ModelChatTemplate.readFile(file, specialTokens(metadata)));
    }
    return metadata
        .text(TEMPLATE)
        .filter(source -> !source.isBlank())
        .map(
            source ->
                ModelChatTemplate.of(
                    metadata.file() + ": " + MetadataReader.field(TEMPLATE),
                    source,
                    specialTokens(metadata)));
  }

  private static Path beside(GgufMetadata metadata, String name) {
    return beside(metadata.file(), name);
  }

  /** {@return the file that has a GGUF file's name and this one, such as {@code flow.json}} */
  public static Path beside(Path file, String name) {
    return file.resolveSibling(GgufFile.modelName(file) + "." + name);
  }

  static Map<String, String> specialTokens(GgufMetadata metadata) {
    List<String> tokens = metadata.texts(GgufTokens.TOKENS).orElse(List.of());
    ImmutableMap.Builder<String, String> special = ImmutableMap.builder();
    SPECIAL.forEach(
        (name, key) ->
            GgufTokens.id(metadata, key, tokens)
                .filter(id -> id < tokens.size())
                .ifPresent(id -> special.put(name, tokens.get(id))));
    return special.buildOrThrow();
  }
}
