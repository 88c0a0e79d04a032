package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.flowdpo.error.InvalidInputException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code tokenizer.json} in one pass, whatever it holds: memory and time are in proportion
 * to its size. Every part must be one of those known here; any other is refused by its key, so that
 * a file never means something else than it does to the tokenizers library.
 */
public final class DefinitionReader {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  /** Names and values of one part, which are a few dozen in published tokenizers. */
  private static final int LARGEST_PART = 10_000;

  private static final Set<String> WITHOUT_EFFECT = Set.of("version", "truncation", "padding");
  private static final Set<String> PARTS =
      Set.of("normalizer", "pre_tokenizer", "post_processor", "decoder");

  private final Path file;
  private final CheckedParser parser;
  private final Refusal refusal;
  private final Map<String, JsonNode> parts = new HashMap<>();
  private List<JsonNode> added = new ArrayList<>();
  private @Nullable TokenModel model;

  private DefinitionReader(Path file, CheckedParser parser) {
    this.file = file;
    this.parser = parser;
    this.refusal = new Refusal(file);
  }

  /**
   * {@return what the file says}
   *
   * @param file the file, for messages
   * @param json its content
   * @throws InvalidInputException if it is not a tokenizer of the schema, or not within its bounds
   */
  public static TokenizerDefinition read(Path file, byte[] json) {
    try (CheckedParser parser = CheckedParser.of(file, json)) {
      return new DefinitionReader(file, parser).definition();
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected a tokenizer, found malformed JSON: " + e.getOriginalMessage(), e);
    } catch (CharConversionException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  private TokenizerDefinition definition() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new InvalidInputException(
          file + ": tokenizer: expected a JSON object, found something else");
    }
    Set<String> keys = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      refusal.unless(keys.add(key), key, "the key once", "it twice");
      JsonToken value = parser.nextToken();
      if (key.equals("model")) {
        refusal.unless(value == JsonToken.START_OBJECT, key, "an object", parser.getText());
        model = new ModelReader(parser, refusal).read();
      } else if (key.equals("added_tokens")) {
        readAdded(value);
      } else if (PARTS.contains(key)) {
        parts.put(key, tree());
      } else if (WITHOUT_EFFECT.contains(key)) {
        parser.skipChildren();
      } else {
        throw refusal.of(key, "no such key", "it");
      }
    }
    if (parser.nextToken() != null) {
      throw new InvalidInputException(file + ": expected one JSON object, found more after it");
    }
    if (model == null) {
      throw refusal.of("model", "an object", "none");
    }
    PartsSchema schema = new PartsSchema(refusal);
    schema.check(parts);
    return new TokenizerDefinition(
        file,
        AddedTokensSchema.read(added, model.vocabulary(), refusal),
        part("normalizer"),
        part("pre_tokenizer"),
        model,
        part("decoder"));
  }

  private JsonNode part(String key) {
    return parts.getOrDefault(key, NullNode.getInstance());
  }

  private void readAdded(JsonToken value) throws IOException {
    refusal.unless(
        value.isStructStart() || value == JsonToken.VALUE_NULL, "added_tokens", "a list", value);
    while (value == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
      refusal.unless(
          added.size() < AddedTokensSchema.MAX_TOKENS,
          "added_tokens",
          "at most " + AddedTokensSchema.MAX_TOKENS + " tokens",
          "more");
      added.add(tree());
    }
  }

  private JsonNode tree() throws IOException {
    parser.allow(LARGEST_PART);
    JsonNode tree = MAPPER.readTree(parser);
    parser.allow(Long.MAX_VALUE);
    return tree;
  }
}
