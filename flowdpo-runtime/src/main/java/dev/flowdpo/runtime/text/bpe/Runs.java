package dev.flowdpo.runtime.text.bpe;

/** Where runs of characters end, which the expressions of word patterns have in common. */
final class Runs {
  private static final char LONG_S = '\u017F';

  private Runs() {}

  /** {@return the end of the run of characters of one class} */
  static int of(String text, int start, int end, int kind) {
    int at = start;
    while (at < end) {
      int c = text.codePointAt(at);
      if (CharacterClasses.of(c) != kind) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  /** {@return the end of at most so many numbers} */
  static int numbers(String text, int start, int end, int most) {
    int at = start;
    for (int count = 0; count < most && at < end; count++) {
      int c = text.codePointAt(at);
      if (CharacterClasses.of(c) != CharacterClasses.NUMBER) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  /**
   * {@return the end of the run of space, but for its last before a word; up to its last line end
   * where lines count}
   */
  static int space(String text, int start, int end, boolean lines) {
    int last = of(text, start, end, CharacterClasses.SPACE);
    for (int i = last; lines && i > start; i--) {
      if (isLineEnd(text.charAt(i - 1))) {
        return i;
      }
    }
    return last == end || last - start == 1 ? last : last - 1;
  }

  /**
   * {@return the length of the English contraction that begins with the apostrophe here, or 0}
   * Where case is ignored, a long s is an s.
   */
  static int contraction(String text, int start, int end, boolean anyCase) {
    char one = start + 1 < end ? letter(text.charAt(start + 1), anyCase) : ' ';
    if (one == 's' || one == 't' || one == 'm' || one == 'd') {
      return 2;
    }
    char two = start + 2 < end ? letter(text.charAt(start + 2), anyCase) : ' ';
    boolean pair = (two == 'e' && (one == 'r' || one == 'v')) || (two == 'l' && one == 'l');
    return pair ? 3 : 0;
  }

  private static char letter(char c, boolean anyCase) {
    if (!anyCase) {
      return c;
    }
    return c == LONG_S ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  static boolean isLineEnd(char c) {
    return c == '\r' || c == '\n';
  }
}
