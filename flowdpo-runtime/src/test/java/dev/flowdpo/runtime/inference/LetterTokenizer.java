package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.text.Tokenizer;
import java.util.List;
import java.util.OptionalInt;

/** A tokenizer whose tokens are single characters, one for every id; special ids give no text. */
final class LetterTokenizer implements Tokenizer {
  private static final char FIRST = '\u4e00';

  private final int size;
  private final List<Integer> special;

  LetterTokenizer(int size, List<Integer> special) {
    this.size = size;
    this.special = List.copyOf(special);
  }

  /** Returns the text of ids, the special ones too. */
  static String letters(int... ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append((char) (FIRST + id));
    }
    return text.toString();
  }

  @Override
  public int[] encode(String text) {
    return text.chars().map(letter -> letter - FIRST).toArray();
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(special.contains(id) ? "" : letters(id));
    }
    return text.toString();
  }

  @Override
  public int vocabularySize() {
    return size;
  }

  @Override
  public OptionalInt idOf(String token) {
    return OptionalInt.of(encode(token)[0]);
  }

  @Override
  public void close() {}
}
