package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.runtime.text.definition.AddedToken;
import dev.flowdpo.runtime.text.definition.TokenModel;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a definition of the byte level says.
 *
 * @param tokens the bytes of all tokens
 * @param byteIds the id of each single byte, or -1 where the vocabulary lacks it: such a byte gives
 *     no token
 * @param merges the merges
 * @param wholeWords whether a word that is a token is not merged
 * @param normalizer how text is changed first
 * @param words how text is cut, step by step
 * @param added the tokens that are cut out before
 */
record ByteLevelParts(
    TokenBytes tokens,
    int[] byteIds,
    MergeTable merges,
    boolean wholeWords,
    TextNormalizer normalizer,
    List<Words> words,
    List<AddedToken> added) {
  private static final String BYTE_LEVEL = "ByteLevel";

  /** {@return the encoder of the definition, if all of its parts are among those written here} */
  static Optional<BytePairEncoder> encoder(TokenizerDefinition definition) {
    if (!(definition.model() instanceof TokenModel.BytePair model)) {
      return Optional.empty();
    }
    int[] byteIds = byteIds(model.vocabulary());
    boolean everyByte = Arrays.stream(byteIds).allMatch(id -> id >= 0);
    Optional<TextNormalizer> normalizer = TextNormalizer.of(definition.normalizer());
    boolean known =
        normalizer.isPresent()
            && !model.byteFallback()
            && (everyByte || model.unknown().isEmpty())
            && type(definition.decoder()).equals(BYTE_LEVEL)
            && AddedTokens.canFind(definition.added());
    if (!known) {
      return Optional.empty();
    }
    return words(definition.preTokenizer())
        .map(
            words ->
                new ByteLevelEncoder(
                    new ByteLevelParts(
                        new TokenBytes(model.vocabulary(), definition.added()),
                        byteIds,
                        new MergeTable(model.merges()),
                        model.wholeWords(),
                        normalizer.get(),
                        words,
                        definition.added())));
  }

  private static int[] byteIds(Map<String, Integer> vocabulary) {
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      ids[b] = vocabulary.getOrDefault(Character.toString(ByteAlphabet.character(b)), -1);
    }
    return ids;
  }

  /** Returns how text is cut into words. The byte level must be the last step. */
  static Optional<List<Words>> words(JsonNode preTokenizer) {
    List<JsonNode> steps = new ArrayList<>();
    if (type(preTokenizer).equals("Sequence")) {
      preTokenizer.path("pretokenizers").forEach(steps::add);
    } else {
      steps.add(preTokenizer);
    }
    List<Words> words = new ArrayList<>();
    for (int i = 0; i + 1 < steps.size(); i++) {
      Optional<Words> one = word(steps.get(i));
      if (one.isEmpty()) {
        return Optional.empty();
      }
      words.add(one.get());
    }
    JsonNode level = steps.isEmpty() ? preTokenizer : steps.get(steps.size() - 1);
    if (!type(level).equals(BYTE_LEVEL) || level.path("add_prefix_space").asBoolean(true)) {
      return Optional.empty();
    }
    if (level.path("use_regex").asBoolean(true)) {
      words.add(WordPattern.GPT2);
    }
    return Optional.of(List.copyOf(words));
  }

  private static Optional<Words> word(JsonNode step) {
    if (type(step).equals("Digits")) {
      boolean each = step.path("individual_digits").asBoolean(false);
      return Optional.of(each ? Digits.EACH : Digits.TOGETHER);
    }
    // The known patterns leave nothing between their matches, so that both of these mean the same.
    String behavior = step.path("behavior").asText();
    boolean invert = step.path("invert").asBoolean(false);
    boolean isolated = invert ? behavior.equals("Removed") : behavior.equals("Isolated");
    if (!type(step).equals("Split") || !isolated) {
      return Optional.empty();
    }
    String expression = step.path("pattern").path("Regex").asText();
    Optional<Words> plain = WordPattern.of(expression).map(pattern -> pattern);
    return plain.or(() -> CasedPattern.of(expression));
  }

  private static String type(JsonNode part) {
    return part.path("type").asText();
  }
}
