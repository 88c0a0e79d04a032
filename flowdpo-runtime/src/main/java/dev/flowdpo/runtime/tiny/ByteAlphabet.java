package dev.flowdpo.runtime.tiny;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The alphabet of byte-level byte-pair tokenizers: each of the 256 bytes has a printable character,
 * so that tokens are readable strings and any text can be encoded. Printable Latin-1 bytes stand
 * for themselves, the others take the code points from 256 on in the order of the bytes (the space
 * becomes U+0120).
 */
final class ByteAlphabet {
  private static final char[] SYMBOLS = symbols();

  private ByteAlphabet() {}

  /** Returns the symbols of a text's UTF-8 bytes, one character a byte. */
  static List<String> symbols(String text) {
    List<String> symbols = new ArrayList<>();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(String.valueOf(SYMBOLS[value & 0xFF]));
    }
    return symbols;
  }

  /** Returns the symbol of every byte, in the order of the bytes. */
  static List<String> all() {
    List<String> all = new ArrayList<>();
    for (char symbol : SYMBOLS) {
      all.add(String.valueOf(symbol));
    }
    return all;
  }

  private static char[] symbols() {
    char[] symbols = new char[256];
    char next = 256;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
      symbols[value] = printable ? (char) value : next++;
    }
    return symbols;
  }
}
