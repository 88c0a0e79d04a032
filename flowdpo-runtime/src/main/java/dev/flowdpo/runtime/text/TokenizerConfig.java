package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code tokenizer_config.json} of a model folder says of special tokens and chat templates.
 * Immutable and thread-safe.
 *
 * @param specialTokens the text of the special tokens by name, such as {@code bos_token}; those
 *     that the model does not have are left out
 * @param addsBeginToken whether texts begin with the begin token; empty where the file does not say
 * @param chatTemplates the sources of the chat templates by name; one without a name is the {@value
 *     #DEFAULT} one
 */
record TokenizerConfig(
    ImmutableMap<String, String> specialTokens,
    Optional<Boolean> addsBeginToken,
    ImmutableMap<String, String> chatTemplates) {
  static final String FILE = "tokenizer_config.json";
  static final String BEGIN_TOKEN = "bos_token";

  /** The name of the template that is used where nothing else is asked for. */
  static final String DEFAULT = "default";

  private static final String CHAT_TEMPLATE = "chat_template";
  private static final String ADD_BEGIN_TOKEN = "add_bos_token";
  private static final String NAMED = "a template, or a list of objects with name and template";
  private static final List<String> TOKENS =
      List.of(
          BEGIN_TOKEN,
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** {@return what the folder's file says; nothing where there is no such file} */
  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new TokenizerConfig(ImmutableMap.of(), Optional.empty(), ImmutableMap.of());
    }
    JsonObjectFile json = JsonObjectFile.read(file);
    ImmutableMap.Builder<String, String> tokens = ImmutableMap.builder();
    for (String name : TOKENS) {
      json.find(name).ifPresent(token -> tokens.put(name, text(json, name, token)));
    }
    ImmutableMap<String, String> found = tokens.buildOrThrow();
    Optional<Boolean> adds =
        found.containsKey(BEGIN_TOKEN)
            ? json.find(ADD_BEGIN_TOKEN).map(node -> json.flag(ADD_BEGIN_TOKEN, true))
            : Optional.of(false);
    return new TokenizerConfig(found, adds, templates(json));
  }

  /** A token is written as a string, or as an object with its content. */
  private static String text(JsonObjectFile json, String name, JsonNode token) {
    JsonNode content = token.isObject() ? token.path("content") : token;
    if (!content.isTextual()) {
      throw json.wrong(name, "a string, or an object with the string \"content\"", token);
    }
    return content.textValue();
  }

  private static ImmutableMap<String, String> templates(JsonObjectFile json) {
    Map<String, String> templates = new LinkedHashMap<>();
    Optional<JsonNode> given = json.find(CHAT_TEMPLATE);
    if (given.isPresent() && given.get().isTextual()) {
      templates.put(DEFAULT, given.get().textValue());
    } else if (given.isPresent()) {
      if (!given.get().isArray()) {
        throw json.wrong(CHAT_TEMPLATE, NAMED, given.get());
      }
      for (JsonNode named : given.get()) {
        JsonNode name = named.path("name");
        JsonNode template = named.path("template");
        if (!name.isTextual() || !template.isTextual()) {
          throw json.wrong(CHAT_TEMPLATE, NAMED, named);
        }
        templates.put(name.textValue(), template.textValue());
      }
    }
    return ImmutableMap.copyOf(templates);
  }
}
