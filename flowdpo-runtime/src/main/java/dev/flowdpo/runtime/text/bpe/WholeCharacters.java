package dev.flowdpo.runtime.text.bpe;

/** Text without halves of surrogate pairs. */
final class WholeCharacters {
  private WholeCharacters() {}

  /** {@return the text with U+FFFD for every half of a pair} */
  static String of(String text) {
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
