package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a {@code tokenizer.json} in one pass. Every part must be one of those known here; any other
 * is refused by its key, so that a file never means something else than it does to the tokenizers
 * library.
 */
public final class ByteLevelReader {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> WITHOUT_EFFECT = List.of("version", "truncation", "padding");
  private static final List<String> PARTS =
      List.of("added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder");

  private final Path file;
  private final JsonParser parser;

  private ByteLevelReader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * {@return the tokenizer of the file}
   *
   * @param file the file, for messages
   * @param parser a parser of its content, which must be one JSON object
   * @throws UnsupportedTokenizerException if a part of the file is not among those written here
   * @throws InvalidInputException if the file contradicts itself
   */
  public static ByteLevelEncoder read(Path file, JsonParser parser) throws IOException {
    return new ByteLevelEncoder(new ByteLevelReader(file, parser).definition());
  }

  private ByteLevelDefinition definition() throws IOException {
    Map<String, JsonNode> parts = new HashMap<>();
    ModelReader model = new ModelReader(file, parser);
    parser.nextToken();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("model") && value == JsonToken.START_OBJECT) {
        model.read();
      } else if (PARTS.contains(key)) {
        if (parts.put(key, MAPPER.readTree(parser)) != null) {
          throw unsupported(file, key, "the key once", "it twice");
        }
      } else if (WITHOUT_EFFECT.contains(key)) {
        parser.skipChildren();
      } else {
        throw unsupported(file, key, "no such key", "it");
      }
    }
    Map<String, Integer> vocabulary = model.vocabulary();
    PartsReader reader = new PartsReader(file, parts);
    List<AddedTokens.Token> added = reader.addedTokens(vocabulary);
    Map<String, Integer> addedIds = new HashMap<>();
    added.forEach(token -> addedIds.put(token.content(), token.id()));
    int size = 1 + Math.max(largest(vocabulary), largest(addedIds));
    reader.checkWithoutNormalizer();
    reader.checkDecoding();
    return new ByteLevelDefinition(
        new TokenBytes(vocabulary, addedIds, size),
        byteIds(vocabulary, model.hasUnknownToken()),
        model.merges(),
        model.wholeWords(),
        reader.words(),
        added);
  }

  private int[] byteIds(Map<String, Integer> vocabulary, boolean hasUnknownToken) {
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      ids[b] = vocabulary.getOrDefault(Character.toString(ByteAlphabet.character(b)), -1);
    }
    if (hasUnknownToken && Arrays.stream(ids).anyMatch(id -> id < 0)) {
      throw unsupported(
          file, "model.unk_token", "null, or a vocabulary with all 256 bytes", "neither");
    }
    return ids;
  }

  private static int largest(Map<String, Integer> ids) {
    return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  static UnsupportedTokenizerException unsupported(
      Path file, String key, String expected, String found) {
    return new UnsupportedTokenizerException(
        file
            + ": key \""
            + key
            + "\": expected "
            + expected
            + ", found "
            + found
            + ", which the byte-level tokenizer does not support");
  }
}
