package dev.flowdpo.runtime.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.definition.AddedToken;
import dev.flowdpo.runtime.text.definition.MergeList;
import dev.flowdpo.runtime.text.definition.TokenModel;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says a tokenizer in the keys of a GGUF file: the way back from {@link GgufTokenizer}. Not
 * thread-safe.
 */
final class GgufVocabulary {
  private static final int BYTE = 6;

  /** What ends texts, in this order; readers know the tokens that end turns by their texts too. */
  private static final List<String> END_KEYS = GgufTokens.ENDS;

  private final TokenizerDefinition definition;
  private final TokenModel.BytePair model;
  private final String[] tokens;
  private final Integer[] types;
  private final Map<String, Object> keys = new LinkedHashMap<>();

  private GgufVocabulary(TokenizerDefinition definition, ModelConfig config) {
    this.definition = definition;
    if (!(definition.model() instanceof TokenModel.BytePair pairs)) {
      throw refused("model", "byte-pair encoding", definition.model().getClass().getSimpleName());
    }
    this.model = pairs;
    this.tokens = new String[config.vocabularySize()];
    this.types = new Integer[tokens.length];
    for (int id = 0; id < tokens.length; id++) {
      tokens[id] = "[PAD" + id + "]";
      types[id] = GgufTokenizer.UNUSED;
    }
    model.vocabulary().forEach((token, id) -> put(id, token, GgufTokenizer.NORMAL));
    for (AddedToken token : definition.added()) {
      int type = token.special() ? GgufTokenizer.CONTROL : GgufTokenizer.USER_DEFINED;
      put(token.id(), token.content(), type);
    }
  }

  private void put(int id, String token, int type) {
    if (id >= tokens.length) {
      throw refused("vocabulary", "ids below the " + tokens.length + " rows of the model", id);
    }
    tokens[id] = token;
    types[id] = type;
  }

  /**
   * Returns the keys.
   *
   * @throws InvalidInputException if it is a tokenizer that GGUF files have no name for
   */
  static Map<String, Object> of(
      TokenizerDefinition definition, ModelConfig config, PromptSettings settings) {
    GgufVocabulary vocabulary = new GgufVocabulary(definition, config);
    vocabulary.putModel();
    vocabulary.putTokens(config, settings);
    return vocabulary.keys;
  }

  private void putModel() {
    if (model.byteFallback()) {
      putCharacters();
    } else {
      ByteLevelCut cut =
          ByteLevelCut.of(definition, model.wholeWords())
              .orElseThrow(
                  () ->
                      refused(
                          "pre_tokenizer",
                          "a way to cut words that GGUF files have a name for",
                          definition.preTokenizer()));
      keys.put(GgufTokenizer.MODEL, "gpt2");
      keys.put(ByteLevelCut.KEY, cut.inFile());
      MergeList merges = model.merges();
      List<String> pairs = new ArrayList<>(merges.size());
      for (int rank = 0; rank < merges.size(); rank++) {
        pairs.add(tokens[merges.left(rank)] + " " + tokens[merges.right(rank)]);
      }
      keys.put(GgufTokenizer.MERGES, GgufValue.array(ValueType.STRING, pairs));
    }
    keys.put(GgufTokens.TOKENS, GgufValue.array(ValueType.STRING, Arrays.asList(tokens)));
    keys.put(GgufTokens.TYPES, GgufValue.array(ValueType.INT32, Arrays.asList(types)));
  }

  /** SentencePiece: a file has scores of tokens in place of merges. */
  private void putCharacters() {
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id].matches("<0x[0-9A-F]{2}>")) {
        types[id] = BYTE;
      }
    }
    model
        .unknown()
        .map(model.vocabulary()::get)
        .ifPresent(
            id -> {
              types[id] = GgufTokenizer.UNKNOWN;
              keys.put("tokenizer.ggml.unknown_token_id", id);
            });
    MergeList merges = model.merges();
    List<Float> scores = new ArrayList<>(Collections.nCopies(tokens.length, -1f - merges.size()));
    Set<List<String>> pairs = new HashSet<>();
    for (int rank = merges.size() - 1; rank >= 0; rank--) {
      scores.set(merges.merged(rank), -1f - rank);
      pairs.add(List.of(tokens[merges.left(rank)], tokens[merges.right(rank)]));
    }
    Set<List<String>> meant = new HashSet<>();
    ScoredMerges.of(GgufTokenizer.used(Arrays.asList(tokens), Arrays.asList(types)), scores)
        .forEach(merge -> meant.add(List.of(merge.left(), merge.right())));
    if (!meant.equals(pairs)) {
      throw refused(
          "merges", "all pairs of tokens that make a token, as in SentencePiece", "others");
    }
    keys.put(GgufTokenizer.MODEL, "llama");
    keys.put(ByteLevelCut.KEY, "default");
    keys.put(GgufTokenizer.SCORES, GgufValue.array(ValueType.FLOAT32, scores));
    keys.put(GgufTokenizer.SPACE_BEFORE, spaceBefore());
  }

  private boolean spaceBefore() {
    JsonNode mark = definition.preTokenizer();
    boolean marked =
        mark.path("type").asText().equals("Metaspace")
            && !mark.path("prepend_scheme").asText("always").equals("never");
    return marked || definition.normalizer().findValuesAsText("type").contains("Prepend");
  }

  private void putTokens(ModelConfig config, PromptSettings settings) {
    config.beginOfSequenceId().ifPresent(id -> keys.put(GgufTokens.BEGIN, id));
    List<Integer> ends = settings.statedEnds().orElse(config.endOfSequenceIds());
    for (int i = 0; i < Math.min(ends.size(), END_KEYS.size()); i++) {
      keys.put(END_KEYS.get(i), ends.get(i));
    }
    boolean begins = config.beginOfSequenceId().isPresent() && settings.addsBeginToken();
    keys.put(GgufTokens.ADDS_BEGIN, begins);
    settings
        .chatTemplate()
        .ifPresent(template -> keys.put(GgufPrompts.TEMPLATE, template.source()));
  }

  private InvalidInputException refused(String key, String expected, Object found) {
    Path file = definition.file();
    return new InvalidInputException(
        "%s: %s: expected %s, found %s; such a tokenizer cannot be written as GGUF"
            .formatted(file, key, expected, found));
  }
}
