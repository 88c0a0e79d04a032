package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code model} of a {@code tokenizer.json}: vocabulary, merges or scores, and flags. */
final class ModelReader {
  /** The most tokens and the largest id; eight times those of the largest published models. */
  static final int MAX_TOKENS = 1 << 21;

  private static final int MAX_MERGES = 1 << 22;
  private static final int LONGEST_TOKEN = 1024;

  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "BPE",
          Set.of(
              "type",
              "vocab",
              "merges",
              "unk_token",
              "dropout",
              "continuing_subword_prefix",
              "end_of_word_suffix",
              "fuse_unk",
              "byte_fallback",
              "ignore_merges"),
          "Unigram",
          Set.of("type", "vocab", "unk_id", "byte_fallback"),
          "WordLevel",
          Set.of("type", "vocab", "unk_token"));

  private final JsonParser parser;
  private final Refusal refusal;
  private final Set<String> keys = new HashSet<>();
  private final Map<String, Integer> vocabulary = new HashMap<>(1 << 10);
  private final BitSet ids = new BitSet();
  private final MergeList merges = new MergeList();
  private final List<String> unresolved = new ArrayList<>();
  private final Set<String> flags = new HashSet<>();
  private double[] scores = {};
  private boolean scored;
  private @Nullable String type;
  private @Nullable String unknown;
  private int unknownId = -1;

  ModelReader(JsonParser parser, Refusal refusal) {
    this.parser = parser;
    this.refusal = refusal;
  }

  /** Reads the object that the parser stands at. */
  TokenModel read() throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      require(keys.add(key), "model." + key, "the key once");
      JsonToken value = parser.nextToken();
      switch (key) {
        case "type" -> type = parser.getText();
        case "vocab" -> readVocabulary(value);
        case "merges" -> readMerges(value);
        case "unk_token" -> unknown = value == JsonToken.VALUE_NULL ? null : string("unk_token");
        case "unk_id" -> unknownId = id("model.unk_id");
        case "fuse_unk", "byte_fallback", "ignore_merges" -> readFlag(key);
        case "dropout" -> readDropout(value);
        case "continuing_subword_prefix", "end_of_word_suffix" ->
            require(
                value == JsonToken.VALUE_NULL
                    || (value == JsonToken.VALUE_STRING && parser.getText().isEmpty()),
                "model." + key,
                "null or an empty string, as others are not supported");
        default -> throw refusal.of("model." + key, "no such key", "it");
      }
    }
    return model();
  }

  private TokenModel model() {
    String known = String.join(", ", KEYS.keySet().stream().sorted().toList());
    Set<String> expected = type == null ? null : KEYS.get(type);
    if (expected == null) {
      throw refusal.of(
          "model.type",
          "one of " + known + ", as others are not supported",
          type == null ? "none" : type);
    }
    for (String key : keys) {
      refusal.unless(expected.contains(key), "model." + key, "no such key for " + type, "it");
    }
    refusal.unless(!vocabulary.isEmpty(), "model.vocab", "tokens and their ids", "none");
    boolean unigram = "Unigram".equals(type);
    refusal.unless(
        unigram == scored,
        "model.vocab",
        unigram ? "a list of [token, score]" : "an object of tokens and their ids",
        unigram ? "an object" : "a list");
    boolean fallback = flags.contains("byte_fallback");
    if (unigram) {
      String token = tokenOf(unknownId);
      return new TokenModel.Unigram(
          vocabulary, Optional.of(token), Arrays.copyOf(scores, vocabulary.size()), fallback);
    }
    Optional<String> token = Optional.ofNullable(unknown);
    boolean wordLevel = "WordLevel".equals(type);
    refusal.unless(
        token.map(vocabulary::containsKey).orElse(!wordLevel),
        "model.unk_token",
        "a token of the vocabulary" + (wordLevel ? "" : ", or null"),
        token.orElse("null"));
    if (wordLevel) {
      return new TokenModel.WordLevel(vocabulary, token);
    }
    for (int i = 0; i < unresolved.size(); i += 2) {
      addMerge(unresolved.get(i), unresolved.get(i + 1));
    }
    return new TokenModel.BytePair(
        vocabulary,
        token,
        merges,
        flags.contains("fuse_unk"),
        fallback,
        flags.contains("ignore_merges"));
  }

  private String tokenOf(int id) {
    return vocabulary.entrySet().stream()
        .filter(entry -> entry.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> refusal.of("model.unk_id", "the id of a token", id < 0 ? "none" : id));
  }

  private void readVocabulary(JsonToken value) throws IOException {
    require(value.isStructStart(), "model.vocab", "tokens");
    scored = value == JsonToken.START_ARRAY;
    if (scored) {
      for (int id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
        boolean pair = parser.currentToken() == JsonToken.START_ARRAY;
        require(pair && id < MAX_TOKENS, "model.vocab", "at most " + MAX_TOKENS + " pairs");
        require(parser.nextToken() == JsonToken.VALUE_STRING, "model.vocab", "[token, score]");
        putToken(parser.getText(), id);
        require(parser.nextToken().isNumeric(), "model.vocab", "[token, score]");
        if (id == scores.length) {
          scores = Arrays.copyOf(scores, Math.max(64, 2 * id));
        }
        scores[id] = parser.getDoubleValue();
        require(parser.nextToken() == JsonToken.END_ARRAY, "model.vocab", "[token, score]");
      }
    } else {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String token = parser.currentName();
        parser.nextToken();
        putToken(token, id("model.vocab"));
      }
    }
  }

  private void putToken(String token, int id) throws IOException {
    boolean fits = token.length() <= LONGEST_TOKEN && !(scored && token.isEmpty());
    refusal.unless(
        fits, "model.vocab", "tokens of at most " + LONGEST_TOKEN + " characters", token.length());
    boolean fresh = vocabulary.put(token, id) == null && !ids.get(id);
    refusal.unless(fresh, "model.vocab", "every token and every id once", token + " twice");
    ids.set(id);
  }

  private int id(String key) throws IOException {
    boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    boolean small = whole && parser.getNumberType() == NumberType.INT;
    int id = small ? parser.getIntValue() : -1;
    require(id >= 0 && id < MAX_TOKENS, key, "ids from 0 to " + (MAX_TOKENS - 1));
    return id;
  }

  /** A merge is a string with one space, or a list of two tokens. */
  private void readMerges(JsonToken value) throws IOException {
    require(value == JsonToken.START_ARRAY, "model.merges", "a list");
    for (int count = 0; parser.nextToken() != JsonToken.END_ARRAY; count++) {
      require(count < MAX_MERGES, "model.merges", "at most " + MAX_MERGES + " merges");
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        parser.nextToken();
        String left = string("merges");
        parser.nextToken();
        String right = string("merges");
        merge(left, right);
        require(parser.nextToken() == JsonToken.END_ARRAY, "model.merges", "pairs");
      } else {
        String pair = string("merges");
        int space = pair.indexOf(' ');
        require(space >= 0 && space == pair.lastIndexOf(' '), "model.merges", "pairs");
        merge(pair.substring(0, space), pair.substring(space + 1));
      }
    }
  }

  private void merge(String left, String right) {
    if (vocabulary.isEmpty()) {
      unresolved.add(left);
      unresolved.add(right);
    } else {
      addMerge(left, right);
    }
  }

  private void addMerge(String left, String right) {
    merges.add(mergedId(left), mergedId(right), mergedId(left + right));
  }

  private int mergedId(String token) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw refusal.of("model.merges", "tokens of the vocabulary", "\"" + token + "\"");
    }
    return id;
  }

  private void readFlag(String key) throws IOException {
    require(parser.currentToken().isBoolean(), "model." + key, "true or false");
    if (parser.getBooleanValue()) {
      flags.add(key);
    }
  }

  private void readDropout(JsonToken value) throws IOException {
    require(
        value == JsonToken.VALUE_NULL || (value.isNumeric() && parser.getDoubleValue() == 0),
        "model.dropout",
        "null, as with dropout a text has other ids at every call");
  }

  private String string(String key) throws IOException {
    require(parser.currentToken() == JsonToken.VALUE_STRING, "model." + key, "strings");
    return parser.getText();
  }

  private void require(boolean condition, String key, String expected) throws IOException {
    if (!condition) {
      throw refusal.of(key, expected, String.valueOf(parser.getText()));
    }
  }
}
