package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MergedTensors;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.internal.AtomicFiles;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.TransformersFiles;
import dev.flowdpo.runtime.text.definition.DefinitionWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes the model of a GGUF file, with an adapter worked into it, as a Hugging Face folder: {@code
 * config.json}, one file of weights, and where the file has a tokenizer, {@code tokenizer.json}
 * with the same ids and {@code tokenizer_config.json} with special tokens and chat template.
 * Stateless and thread-safe.
 */
public final class GgufFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GgufFolder() {}

  /**
   * Writes the folder.
   *
   * @param file the file, of a split model the first
   * @param type the type of all tensors; those of the file, in blocks of a few bits, no folder has
   * @param out the new folder; must be missing or empty
   * @throws InvalidInputException if the adapter is for another model, the folder is not empty, or
   *     a value is outside the range of the type
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path file, AdapterWeights adapter, DataType type, Path out) {
    requireEmpty(out);
    try (GgufFile source = GgufFile.open(file);
        Checkpoint base = GgufCheckpoint.open(file)) {
      MergedTensors tensors = new MergedTensors(base, adapter);
      GgufMetadata metadata = source.metadata();
      AtomicFiles.write(out.resolve(Checkpoint.CONFIG_FILE), base.config().toJson());
      if (GgufTokenizer.isIn(metadata)) {
        AtomicFiles.write(out.resolve(HuggingFaceTokenizers.FILE), tokenizer(metadata));
        AtomicFiles.write(out.resolve("tokenizer_config.json"), tokenizerConfig(metadata, base));
      }
      SafetensorsWriter.write(
          out.resolve(Checkpoint.WEIGHTS_FILE),
          Checkpoint.expectedTensors(base.config()),
          tensors::values,
          type,
          Map.of("format", "pt"));
    } catch (IOException e) {
      throw new UncheckedIOException(out + ": cannot be written", e);
    }
    TransformersFiles.complete(out);
  }

  private static void requireEmpty(Path out) {
    if (!Files.exists(out)) {
      return;
    }
    try (Stream<Path> inside = Files.list(out)) {
      if (inside.findAny().isPresent()) {
        throw new InvalidInputException(
            out + ": expected a new or empty folder, found files in it");
      }
    } catch (IOException e) {
      throw new InvalidInputException(out + ": expected a new or empty folder, found " + e, e);
    }
  }

  /** As the file's own reader understands it, and with the begin token that transformers adds. */
  private static String tokenizer(GgufMetadata metadata) throws JsonProcessingException {
    byte[] json = DefinitionWriter.write(GgufTokenizer.read(metadata));
    GgufTokens tokens = GgufTokens.of(metadata);
    Optional<String> begin =
        Optional.ofNullable(GgufPrompts.specialTokens(metadata).get("bos_token"));
    if (!tokens.addsBegin() || begin.isEmpty()) {
      return new String(json, StandardCharsets.UTF_8);
    }
    ObjectNode tree = (ObjectNode) JSON.readTree(new String(json, StandardCharsets.UTF_8));
    ObjectNode template = tree.putObject("post_processor").put("type", "TemplateProcessing");
    for (String texts : new String[] {"single", "pair"}) {
      ArrayNode parts = template.putArray(texts);
      for (int text = 0; text < (texts.equals("pair") ? 2 : 1); text++) {
        parts.addObject().putObject("SpecialToken").put("id", begin.get()).put("type_id", text);
        String name = text == 0 ? "A" : "B";
        parts.addObject().putObject("Sequence").put("id", name).put("type_id", text);
      }
    }
    ObjectNode token = template.putObject("special_tokens").putObject(begin.get());
    token.put("id", begin.get());
    token.putArray("ids").add(tokens.begin().orElseThrow());
    token.putArray("tokens").add(begin.get());
    return JSON.writeValueAsString(tree);
  }

  private static String tokenizerConfig(GgufMetadata metadata, Checkpoint base) {
    ObjectNode json = JsonObjectFile.object().put("tokenizer_class", "PreTrainedTokenizerFast");
    Map<String, String> special = GgufPrompts.specialTokens(metadata);
    special.forEach(json::put);
    if (!special.containsKey("pad_token") && special.containsKey("eos_token")) {
      json.put("pad_token", special.get("eos_token"));
    }
    json.put("add_bos_token", GgufTokens.of(metadata).addsBegin());
    json.put("padding_side", "left");
    json.put("clean_up_tokenization_spaces", false);
    json.put("model_max_length", base.config().longestSequence());
    GgufPrompts.chatTemplate(metadata)
        .ifPresent(template -> json.put("chat_template", template.source()));
    return JsonObjectFile.format(json);
  }
}
