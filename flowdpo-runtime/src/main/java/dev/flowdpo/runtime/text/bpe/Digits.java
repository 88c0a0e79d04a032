package dev.flowdpo.runtime.text.bpe;

/** Cuts numbers out of text. */
enum Digits implements Words {
  /** Every digit is a piece. */
  EACH,

  /** Digits in a row are a piece. */
  TOGETHER;

  @Override
  public int end(String text, int start, int end) {
    int first = text.codePointAt(start);
    boolean number = isNumber(first);
    int at = start + Character.charCount(first);
    if (number && this == EACH) {
      return at;
    }
    while (at < end) {
      int c = text.codePointAt(at);
      if (isNumber(c) != number) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static boolean isNumber(int character) {
    return CharacterClasses.of(character) == CharacterClasses.NUMBER;
  }
}
