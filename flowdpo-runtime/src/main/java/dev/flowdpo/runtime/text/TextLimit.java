package dev.flowdpo.runtime.text;

import dev.flowdpo.error.InvalidInputException;

/** What a text must be before it is made into tokens: not too long, and whole characters. */
final class TextLimit {
  /** The longest text, in characters of Java: several times what models read. */
  static final int CHARACTERS = 1 << 20;

  private TextLimit() {}

  /**
   * {@return the text with U+FFFD for every half of a surrogate pair}
   *
   * @throws InvalidInputException if it is longer than {@link #CHARACTERS}
   */
  static String checked(String text) {
    if (text.length() > CHARACTERS) {
      throw new InvalidInputException(
          "text: expected at most "
              + CHARACTERS
              + " characters to make into tokens, found "
              + text.length()
              + "; shorten it or cut it into parts");
    }
    int first = half(text, 0);
    if (first == text.length()) {
      return text;
    }
    StringBuilder whole = new StringBuilder(text);
    for (int i = first; i < text.length(); i = half(text, i + 1)) {
      whole.setCharAt(i, '\uFFFD');
    }
    return whole.toString();
  }

  /** Returns where the next half is, or the length of the text. */
  private static int half(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          return i;
        }
        i++;
      }
    }
    return text.length();
  }
}
