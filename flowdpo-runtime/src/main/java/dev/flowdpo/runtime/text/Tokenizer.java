package dev.flowdpo.runtime.text;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Turns text into token ids and back. Implementations are thread-safe.
 *
 * <p>After {@link #close} every other method throws {@link IllegalStateException}.
 */
public interface Tokenizer extends AutoCloseable {
  /**
   * {@return the ids of the text}
   *
   * <p>No begin or end token is added and nothing is cut off. A special token that is written out
   * in the text, such as {@code <|eot_id|>}, becomes its one id, so that chat templates work.
   *
   * @param text any text
   */
  int[] encode(String text);

  /**
   * {@return the text of the ids} Special tokens, and ids that the vocabulary does not have, give
   * no text; bytes that are not a whole character give U+FFFD.
   *
   * @param ids token ids
   * @throws IllegalArgumentException if an id is negative
   */
  String decode(int[] ids);

  /**
   * {@return the text of the ids, special tokens spelled out} Where {@link #encode} of this text
   * gives the ids back, another program can read what a model read. By default the same as {@link
   * #decode}.
   *
   * @param ids token ids
   * @throws IllegalArgumentException if an id is negative
   */
  default String decodeWithSpecialTokens(int[] ids) {
    return decode(ids);
  }

  /** {@return the number of ids: the largest id, added tokens included, plus one} */
  int vocabularySize();

  /**
   * {@return the id of the token as the vocabulary spells it, or empty if there is none}
   *
   * @param token the token as the vocabulary spells it
   */
  OptionalInt idOf(String token);

  /**
   * {@return the text that the ids add when they follow the ids before them}
   *
   * <p>Joined over successive pieces this is the text of all ids together, which {@link #decode} of
   * each piece is not: a character's bytes may lie in two pieces, and some decoders drop or add
   * spaces at the ends. An incomplete character at the end is left to the next piece. Takes time
   * proportional to all the ids.
   *
   * @param before the ids whose text is already there; may be empty
   * @param ids the ids that follow
   */
  default String decodeContinuation(int[] before, int[] ids) {
    String known = withoutIncompleteEnd(decode(before));
    int[] all = IntStream.concat(IntStream.of(before), IntStream.of(ids)).toArray();
    String text = withoutIncompleteEnd(decode(all));
    return text.startsWith(known) ? text.substring(known.length()) : decode(ids);
  }

  /** Releases what the tokenizer holds outside the heap; calls after the first do nothing. */
  @Override
  void close();

  private static String withoutIncompleteEnd(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\uFFFD') {
      end--;
    }
    return text.substring(0, end);
  }
}
