package dev.flowdpo.runtime.text.bpe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Objects;

/**
 * Which characters are letters (capital and small), numbers, space and marks to the tokenizers
 * library, and which are newer than its Unicode 9 of normalisation. A table of our own, as ids must
 * not depend on the version of Unicode that a Java release knows. Immutable.
 */
final class CharacterClasses {
  static final int OTHER = 0;
  static final int LETTER = 1;
  static final int NUMBER = 2;
  static final int SPACE = 3;

  private static final String TABLE = "character-classes.txt";
  private static final int BASIC = 0x10000;
  private static final byte[] CLASSES = new byte[BASIC];
  private static final BitSet HIGH_LETTERS = new BitSet();
  private static final BitSet HIGH_NUMBERS = new BitSet();
  private static final BitSet CAPITALS = new BitSet();
  private static final BitSet SMALL = new BitSet();
  private static final BitSet MARKS = new BitSet();
  private static final BitSet NEWER = new BitSet();

  static {
    for (String line : table().lines().toList()) {
      String[] parts = line.split(" ", -1);
      for (int i = 1; i < parts.length; i++) {
        int dash = parts[i].indexOf('-');
        int first = Integer.parseInt(dash < 0 ? parts[i] : parts[i].substring(0, dash), 16);
        int last = dash < 0 ? first : Integer.parseInt(parts[i].substring(dash + 1), 16);
        switch (parts[0]) {
          case "letter" -> set(first, last, LETTER);
          case "number" -> set(first, last, NUMBER);
          case "space" -> set(first, last, SPACE);
          case "upper" -> CAPITALS.set(first, last + 1);
          case "lower" -> SMALL.set(first, last + 1);
          case "mark" -> MARKS.set(first, last + 1);
          case "newer" -> NEWER.set(first, last + 1);
          default -> throw new IllegalStateException(TABLE + ": " + parts[0]);
        }
      }
    }
  }

  private CharacterClasses() {}

  /** {@return the class of the character} */
  static int of(int character) {
    if (character < BASIC) {
      return CLASSES[character];
    }
    return HIGH_LETTERS.get(character) ? LETTER : HIGH_NUMBERS.get(character) ? NUMBER : OTHER;
  }

  /** {@return whether the character is a capital or title letter, one without case, or a mark} */
  static boolean isUpper(int character) {
    return of(character) == LETTER ? !SMALL.get(character) : MARKS.get(character);
  }

  /** {@return whether the character is a small letter, one without case, or a mark} */
  static boolean isLower(int character) {
    return of(character) == LETTER ? !CAPITALS.get(character) : MARKS.get(character);
  }

  /** {@return whether the character came with a later version of Unicode than the ninth} */
  static boolean isNewer(int character) {
    return NEWER.get(character);
  }

  private static void set(int first, int last, int kind) {
    for (int c = first; c <= last; c++) {
      if (c < BASIC) {
        CLASSES[c] = (byte) kind;
      } else {
        (kind == LETTER ? HIGH_LETTERS : HIGH_NUMBERS).set(c);
      }
    }
  }

  private static String table() {
    try (InputStream in =
        Objects.requireNonNull(CharacterClasses.class.getResourceAsStream(TABLE), TABLE)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
