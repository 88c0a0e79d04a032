package dev.flowdpo.runtime.text.bpe;

/**
 * Reads UTF-8 as the tokenizers library does: each longest part of what could have become a
 * character, and each byte that begins none, is one U+FFFD. Java's own decoder takes an encoded
 * surrogate for one error, not three.
 */
final class LossyUtf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private LossyUtf8() {}

  /** {@return the text of the first bytes} */
  static String decode(byte[] bytes, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; ) {
      int first = bytes[i++];
      if (first >= 0) {
        text.append((char) first);
        continue;
      }
      int lead = first & 0xFF;
      int following = lead < 0xC2 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 0;
      int value = lead & (0x3F >> following);
      int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      int left = following;
      while (left > 0 && i < length && (bytes[i] & 0xFF) >= low && (bytes[i] & 0xFF) <= high) {
        value = (value << 6) | (bytes[i++] & 0x3F);
        low = 0x80;
        high = 0xBF;
        left--;
      }
      if (following > 0 && left == 0) {
        text.appendCodePoint(value);
      } else {
        text.append(REPLACEMENT);
      }
    }
    return text.toString();
  }
}
