package dev.flowdpo.runtime.text.definition;

import java.util.Map;
import java.util.Optional;

/** How a word becomes tokens. Immutable. */
public sealed interface TokenModel {
  /** {@return the id of each token} */
  Map<String, Integer> vocabulary();

  /** {@return the token that stands for text that no token spells} */
  Optional<String> unknown();

  /**
   * Byte-pair encoding.
   *
   * @param merges what is merged, in this order
   * @param fusesUnknown whether unknown characters in a row are one unknown token
   * @param byteFallback whether unknown characters are spelled by tokens of bytes
   * @param wholeWords whether a word that is a token is not merged ({@code ignore_merges})
   */
  record BytePair(
      Map<String, Integer> vocabulary,
      Optional<String> unknown,
      MergeList merges,
      boolean fusesUnknown,
      boolean byteFallback,
      boolean wholeWords)
      implements TokenModel {}

  /**
   * The most probable tokens.
   *
   * @param scores the logarithm of each token's probability, by id
   * @param byteFallback whether unknown characters are spelled by tokens of bytes
   */
  record Unigram(
      Map<String, Integer> vocabulary,
      Optional<String> unknown,
      double[] scores,
      boolean byteFallback)
      implements TokenModel {}

  /** Words are tokens. */
  record WordLevel(Map<String, Integer> vocabulary, Optional<String> unknown)
      implements TokenModel {}
}
