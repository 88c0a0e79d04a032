package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the {@code model} of a {@code tokenizer.json}: vocabulary, merges and flags. */
final class ModelReader {
  /** The largest id, and the most merges; eight times those of the largest published models. */
  static final int MAX_TOKENS = 1 << 21;

  private static final int MAX_MERGES = 1 << 22;

  private final Path file;
  private final JsonParser parser;
  private final Map<String, Integer> vocabulary = new HashMap<>(1 << 10);
  private int[] pairs = new int[3 << 10];
  private int merges;
  private boolean wholeWords;
  private boolean unknownToken;
  private boolean seen;

  ModelReader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  Map<String, Integer> vocabulary() {
    if (vocabulary.isEmpty()) {
      throw new InvalidInputException(
          file + ": key \"model.vocab\": expected tokens and their ids, found none");
    }
    return vocabulary;
  }

  boolean wholeWords() {
    return wholeWords;
  }

  boolean hasUnknownToken() {
    return unknownToken;
  }

  MergeTable merges() {
    MergeTable table = new MergeTable(merges);
    for (int rank = 0; rank < merges; rank++) {
      table.put(pairs[3 * rank], pairs[3 * rank + 1], rank, pairs[3 * rank + 2]);
    }
    return table;
  }

  /** Reads the object that the parser stands at. */
  void read() throws IOException {
    if (seen) {
      throw unsupported("model", "the key once", "it twice");
    }
    seen = true;
    boolean typed = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (key) {
        case "type" -> {
          typed = parser.getText().equals("BPE");
          require(typed, "model.type", "BPE");
        }
        case "vocab" -> readVocabulary(value);
        case "merges" -> readMerges(value);
        case "ignore_merges" -> wholeWords = value == JsonToken.VALUE_TRUE;
        case "unk_token" -> unknownToken = value != JsonToken.VALUE_NULL;
        case "dropout" -> require(value == JsonToken.VALUE_NULL, "model.dropout", "null");
        case "byte_fallback" ->
            require(value == JsonToken.VALUE_FALSE, "model.byte_fallback", "false");
        case "continuing_subword_prefix", "end_of_word_suffix" ->
            require(
                value == JsonToken.VALUE_NULL
                    || (value == JsonToken.VALUE_STRING && parser.getText().isEmpty()),
                "model." + key,
                "null or an empty string");
        case "fuse_unk" -> parser.skipChildren(); // There is no unknown text.
        default -> throw unsupported("model." + key, "no such key", "it");
      }
    }
    if (!typed) {
      throw unsupported("model.type", "BPE", "none");
    }
  }

  private void readVocabulary(JsonToken value) throws IOException {
    require(value == JsonToken.START_OBJECT && vocabulary.isEmpty(), "model.vocab", "one object");
    BitSet ids = new BitSet();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String token = parser.currentName();
      boolean whole = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
      long id = whole ? parser.getLongValue() : -1;
      require(id >= 0 && id < MAX_TOKENS, "model.vocab", "ids from 0 to " + (MAX_TOKENS - 1));
      boolean fresh = vocabulary.put(token, (int) id) == null && !ids.get((int) id);
      require(fresh, "model.vocab", "every token and every id once");
      ids.set((int) id);
    }
  }

  /** A merge is a string with one space, or a list of two tokens. */
  private void readMerges(JsonToken value) throws IOException {
    require(value == JsonToken.START_ARRAY && merges == 0, "model.merges", "one list");
    require(!vocabulary.isEmpty(), "model.merges", "a vocabulary before it");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String left;
      String right;
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        left = nextString();
        right = nextString();
        require(parser.nextToken() == JsonToken.END_ARRAY, "model.merges", "pairs");
      } else {
        String pair = parser.getText();
        int space = pair.indexOf(' ');
        require(space >= 0 && space == pair.lastIndexOf(' '), "model.merges", "pairs");
        left = pair.substring(0, space);
        right = pair.substring(space + 1);
      }
      require(merges < MAX_MERGES, "model.merges", "at most " + MAX_MERGES + " merges");
      if (3 * merges == pairs.length) {
        pairs = Arrays.copyOf(pairs, 2 * pairs.length);
      }
      pairs[3 * merges] = id(left);
      pairs[3 * merges + 1] = id(right);
      pairs[3 * merges + 2] = id(left + right);
      merges++;
    }
  }

  private String nextString() throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_STRING, "model.merges", "pairs of strings");
    return parser.getText();
  }

  private int id(String token) {
    @Nullable Integer id = vocabulary.get(token);
    if (id == null) {
      throw new InvalidInputException(
          file
              + ": key \"model.merges\": expected tokens of the vocabulary, found \""
              + token
              + "\"");
    }
    return id;
  }

  private void require(boolean condition, String key, String expected) throws IOException {
    if (!condition) {
      String text = String.valueOf(parser.getText());
      throw unsupported(key, expected, text.substring(0, Math.min(100, text.length())));
    }
  }

  private UnsupportedTokenizerException unsupported(String key, String expected, String found) {
    return ByteLevelReader.unsupported(file, key, expected, found);
  }
}
