package dev.flowdpo.runtime.text.bpe;

import java.util.List;

/**
 * What a {@code tokenizer.json} of the byte level says, once it is checked.
 *
 * @param tokens the bytes of all tokens
 * @param byteIds the id of each single byte, or -1 where the vocabulary lacks it: such a byte gives
 *     no token
 * @param merges the merges
 * @param wholeWords whether a word that is a token is not merged ({@code ignore_merges})
 * @param words how text is cut, step by step
 * @param added the tokens that are cut out before
 */
record ByteLevelDefinition(
    TokenBytes tokens,
    int[] byteIds,
    MergeTable merges,
    boolean wholeWords,
    List<Words> words,
    List<AddedTokens.Token> added) {}
