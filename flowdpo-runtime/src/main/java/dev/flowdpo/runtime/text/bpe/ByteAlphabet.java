package dev.flowdpo.runtime.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 256 characters that stand for bytes in a byte-level vocabulary: printable bytes of Latin-1
 * stand for themselves, the others, in order, are U+0100 and up.
 */
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[512];

  static {
    Arrays.fill(BYTES, (short) -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
      CHARACTERS[b] = (char) (printable ? b : next++);
      BYTES[CHARACTERS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** {@return the character that stands for the byte} */
  static char character(int b) {
    return CHARACTERS[b];
  }

  /**
   * {@return the bytes that the token stands for} A token with any character that stands for no
   * byte is its own text in UTF-8.
   */
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }

  /** {@return whether every character of the token stands for a byte} */
  static boolean spells(String token) {
    return token.chars().allMatch(c -> c < BYTES.length && BYTES[c] >= 0);
  }
}
