package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.GenerationConfig;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What Hugging Face Transformers and TRL need in a model folder beside what FlowDPO reads: {@code
 * tokenizer_config.json}, without which they guess a tokenizer's class and special tokens, and
 * {@code generation_config.json}, which says what ends a text. Stateless and thread-safe.
 */
public final class TransformersFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TransformersFiles() {}

  /**
   * Writes those of the two files that the folder does not have, so that {@code
   * AutoTokenizer.from_pretrained} and {@code pipeline("text-generation")} take the folder as it
   * is. FlowDPO reads the completed folder as it read it before: a chat template, which puts a
   * user's message into the prompt, is written only where {@code flow.json} has a prompt.
   *
   * @param folder a model folder with {@code config.json}; one without {@code tokenizer.json} gets
   *     no {@code tokenizer_config.json}
   * @throws InvalidInputException if a file in the folder is malformed
   * @throws FlowException if a file cannot be written
   */
  public static void complete(Path folder) {
    ModelConfig config = ModelConfig.read(folder.resolve(Checkpoint.CONFIG_FILE));
    Optional<FlowTemplates> templates =
        FlowTemplates.hasPrompt(folder.resolve(FlowTemplates.FILE))
            ? Optional.of(FlowTemplates.read(folder))
            : Optional.empty();
    try {
      Path tokenizerConfig = folder.resolve(TokenizerConfig.FILE);
      Path tokenizer = folder.resolve(HuggingFaceTokenizers.FILE);
      if (!Files.exists(tokenizerConfig) && Files.exists(tokenizer)) {
        Optional<ObjectNode> json = tokenizerConfig(config, templates, addedTokens(tokenizer));
        if (json.isPresent()) {
          AtomicFiles.write(tokenizerConfig, JsonObjectFile.format(json.get()));
        }
      }
      Path generationConfig = folder.resolve(GenerationConfig.FILE);
      if (!Files.exists(generationConfig)) {
        AtomicFiles.write(
            generationConfig, JsonObjectFile.format(generationConfig(config, templates)));
      }
    } catch (IOException e) {
      throw new FlowException(folder + ": the folder cannot be completed: " + e.getMessage(), e);
    }
  }

  /** Empty where a special token's text is not known: a file without it would say it is none. */
  private static Optional<ObjectNode> tokenizerConfig(
      ModelConfig config, Optional<FlowTemplates> templates, Map<Integer, String> added) {
    ObjectNode json = JsonObjectFile.object();
    json.put("tokenizer_class", "PreTrainedTokenizerFast");
    if (config.beginOfSequenceId().isPresent()) {
      int id = config.beginOfSequenceId().getAsInt();
      if (!added.containsKey(id)) {
        return Optional.empty();
      }
      json.put(TokenizerConfig.BEGIN_TOKEN, added.get(id));
    }
    Optional<String> end =
        config.endOfSequenceIds().stream().filter(added::containsKey).findFirst().map(added::get);
    end.ifPresent(token -> json.put("eos_token", token).put("pad_token", token));
    json.put("padding_side", "left");
    json.put("clean_up_tokenization_spaces", false);
    json.put("model_max_length", config.longestSequence());
    templates.ifPresent(
        words -> json.put("chat_template", chatTemplate(words.prompt(), end.isPresent())));
    return Optional.of(json);
  }

  /** The prompt as the form of a user's message; the assistant's is text and its end. */
  private static String chatTemplate(String prompt, boolean hasEnd) {
    List<String> parts = new ArrayList<>();
    for (String words : prompt.split(Pattern.quote(FlowTemplates.QUESTION), -1)) {
      parts.add(words.isEmpty() ? "" : literal(words));
    }
    String user = String.join(" + message['content'] + ", parts);
    user = user.replaceAll("^ \\+ | \\+ $", "");
    return "{%- for message in messages -%}"
        + "{%- if message['role'] == 'user' -%}{{- "
        + user
        + " -}}{%- elif message['role'] == 'assistant' -%}{{- message['content']"
        + (hasEnd ? " + eos_token" : "")
        + " -}}{%- else -%}{{- raise_exception('expected messages of user and assistant, found '"
        + " + message['role']) -}}{%- endif -%}{%- endfor -%}";
  }

  private static String literal(String text) {
    return "'"
        + text.replace("\\", "\\\\")
            .replace("'", "\\'")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t")
        + "'";
  }

  private static ObjectNode generationConfig(
      ModelConfig config, Optional<FlowTemplates> templates) {
    ObjectNode json = JsonObjectFile.object();
    config.beginOfSequenceId().ifPresent(id -> json.put("bos_token_id", id));
    List<Integer> ends = config.endOfSequenceIds();
    if (ends.size() == 1) {
      json.put("eos_token_id", ends.get(0));
    } else if (!ends.isEmpty()) {
      ends.forEach(json.putArray("eos_token_id")::add);
    }
    if (!ends.isEmpty()) {
      json.put("pad_token_id", ends.get(0));
    }
    templates.ifPresent(
        words -> {
          json.put("max_new_tokens", words.chunkSize() * words.maxChunks());
          boolean draws = words.sampling().temperature() > 0;
          json.put("do_sample", draws);
          if (draws) {
            json.put("temperature", words.sampling().temperature());
            json.put("top_k", words.sampling().topK());
            json.put("top_p", words.sampling().topP());
          }
        });
    return json;
  }

  /** The texts of the added tokens by id; the rest of the file, which may be large, is skipped. */
  private static Map<Integer, String> addedTokens(Path tokenizer) throws IOException {
    Map<Integer, String> tokens = new HashMap<>();
    try (JsonParser parser = JSON.createParser(tokenizer.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return tokens;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean added = parser.currentName().equals("added_tokens");
        parser.nextToken();
        if (added) {
          JsonNode list = JSON.readTree(parser);
          list.forEach(t -> tokens.put(t.path("id").asInt(-1), t.path("content").asText()));
        } else {
          parser.skipChildren();
        }
      }
      return tokens;
    }
  }
}
