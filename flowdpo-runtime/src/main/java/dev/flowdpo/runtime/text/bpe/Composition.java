package dev.flowdpo.runtime.text.bpe;

import java.text.Normalizer;

/**
 * Composes characters (NFC) as the tokenizers library does, by Unicode 9. What a character composes
 * to never changes once there is one; newer characters, which a Java release may know, stay what
 * and where they are, and part what is before them from what is behind.
 */
final class Composition {
  /** All before it stand alone and are composed. */
  private static final char FIRST_MARK = '\u0300';

  private Composition() {}

  /** {@return the composed text} */
  static String of(String text) {
    int plain = 0;
    while (plain < text.length() && text.charAt(plain) < FIRST_MARK) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    StringBuilder composed = new StringBuilder(text.length());
    int start = 0;
    for (int i = plain; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      if (CharacterClasses.isNewer(c)) {
        composed.append(composed(text.substring(start, i))).appendCodePoint(c);
        start = next;
      }
      i = next;
    }
    return start == 0
        ? composed(text)
        : composed.append(composed(text.substring(start))).toString();
  }

  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }
}
