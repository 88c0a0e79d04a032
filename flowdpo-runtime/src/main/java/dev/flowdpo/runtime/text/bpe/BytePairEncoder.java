package dev.flowdpo.runtime.text.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.util.List;
import java.util.Optional;

/**
 * Turns text into ids and ids into text, as the tokenizers library does, in time proportional to
 * the text, times the logarithm of its longest word. Implementations are thread-safe.
 */
public sealed interface BytePairEncoder permits ByteLevelEncoder, CharacterEncoder {
  /** {@return the encoder of the definition, if it has only parts that are written here} */
  static Optional<BytePairEncoder> of(TokenizerDefinition definition) {
    return ByteLevelParts.encoder(definition).or(() -> CharacterParts.encoder(definition));
  }

  /**
   * {@return whether two pre-tokenizers of the byte level cut every text into the same words}
   *
   * @param one as a {@code tokenizer.json} has it
   * @param other as a {@code tokenizer.json} has it
   */
  static boolean cutAlike(JsonNode one, JsonNode other) {
    Optional<List<Words>> words = ByteLevelParts.words(one);
    return words.isPresent() && words.equals(ByteLevelParts.words(other));
  }

  /**
   * {@return the ids of the text}
   *
   * @param text a text without halves of surrogate pairs
   */
  int[] encode(String text);

  /**
   * {@return the text of the ids} Ids that are no token give no text; bytes that are not a whole
   * character give U+FFFD.
   *
   * @param ids ids of at least 0
   * @param withSpecial whether special tokens are spelled out
   */
  String decode(int[] ids, boolean withSpecial);
}
