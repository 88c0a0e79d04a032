package dev.flowdpo.runtime.text;

import dev.flowdpo.error.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Turns text into token ids and back. Implementations are thread-safe.
 *
 * <p>After {@link #close}, or while it waits for calls that have begun, every other method throws
 * {@link dev.flowdpo.error.FlowClosedException}.
 */
public interface Tokenizer extends AutoCloseable {
  /**
   * {@return the ids of the text}
   *
   * <p>No begin or end token is added and nothing is cut off. A special token that is written out
   * in the text, such as {@code <|eot_id|>}, becomes its one id, so that chat templates work.
   *
   * @param text any text of at most 2^20 characters; U+FFFD stands for half of a surrogate pair
   * @throws InvalidInputException if the text is longer, before any work is done
   */
  int[] encode(String text);

  /**
   * {@return the special tokens as the vocabulary spells them: those that mark turns and ends,
   * which no user may write} Empty unless overridden; without the token for unknown text.
   */
  default Set<String> specialTokens() {
    return Set.of();
  }

  /**
   * {@return the ids of a text that somebody else wrote}
   *
   * <p>A special token that is written out in it stays text: each is cut after its first character
   * and the pieces are encoded one by one. Text without any is encoded as {@link #encode} does.
   *
   * @param raw any text that {@link #encode} takes
   * @throws InvalidInputException if the text is longer, or if a special token would come out all
   *     the same
   */
  default int[] encodeUntrusted(String raw) {
    String text = TextLimit.checked(raw);
    IntStream.Builder ids = IntStream.builder();
    Set<String> special = specialTokens();
    Map<Character, List<String>> byFirst =
        special.stream().collect(Collectors.groupingBy(token -> token.charAt(0)));
    int start = 0;
    for (int at = 0; at < text.length(); at++) {
      List<String> candidates = byFirst.get(text.charAt(at));
      if (candidates != null && beginsWithAny(text, at, candidates)) {
        int cut = text.offsetByCodePoints(at, 1);
        IntStream.of(encode(text.substring(start, cut))).forEach(ids::add);
        start = cut;
        at = cut - 1;
      }
    }
    IntStream.of(encode(text.substring(start))).forEach(ids::add);
    int[] all = ids.build().toArray();
    Set<Integer> forbidden = new HashSet<>();
    special.forEach(token -> idOf(token).ifPresent(forbidden::add));
    if (IntStream.of(all).anyMatch(forbidden::contains)) {
      throw new InvalidInputException(
          "text: expected one that the tokenizer reads without special tokens, found such a token"
              + " in it; take it out");
    }
    return all;
  }

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

  /**
   * Releases what the tokenizer holds outside the heap, once no call is under way any more; calls
   * after the first do nothing.
   */
  @Override
  void close();

  private static boolean beginsWithAny(String text, int start, List<String> tokens) {
    for (String token : tokens) {
      if (text.startsWith(token, start)) {
        return true;
      }
    }
    return false;
  }

  private static String withoutIncompleteEnd(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\uFFFD') {
      end--;
    }
    return text.substring(0, end);
  }
}
