package dev.flowdpo.runtime.text.bpe;

import java.util.Arrays;
import java.util.Optional;

/**
 * The expressions that cut where small letters are followed by capital ones, matched by hand in
 * time proportional to the text. Letters without case and marks are both small and capital.
 */
public enum CasedPattern implements Words {
  /** Phi 4's: contractions belong to the word before, numbers in threes. */
  O200K("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "\\p{N}{1,3}", true, 3),

  /** Mistral NeMo's: no contractions, digits one by one. */
  TEKKEN("", "\\p{N}", false, 1);

  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final int NONE = -1;

  private final String suffix;
  private final String numbers;
  private final boolean contractions;
  private final int digits;

  CasedPattern(String suffix, String numbers, boolean contractions, int digits) {
    this.suffix = suffix;
    this.numbers = numbers;
    this.contractions = contractions;
    this.digits = digits;
  }

  /** {@return the pattern of the expression, if it is known} */
  static Optional<CasedPattern> of(String expression) {
    return Arrays.stream(values())
        .filter(known -> known.expression().equals(expression))
        .findFirst();
  }

  /** {@return the regular expression} */
  public String expression() {
    return LEAD
        + UPPER
        + "*"
        + LOWER
        + "+"
        + suffix
        + "|"
        + LEAD
        + UPPER
        + "+"
        + LOWER
        + "*"
        + suffix
        + "|"
        + numbers
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  @Override
  public int end(String text, int start, int end) {
    int first = text.codePointAt(start);
    int kind = CharacterClasses.of(first);
    if (kind == CharacterClasses.NUMBER) {
      return Runs.numbers(text, start, end, digits);
    }
    int second = start + Character.charCount(first);
    boolean leads = kind != CharacterClasses.LETTER && first != '\r' && first != '\n';
    int word = leads ? small(text, second, end) : NONE;
    word = word == NONE ? small(text, start, end) : word;
    word = word == NONE && leads ? capitals(text, second, end) : word;
    word = word == NONE ? capitals(text, start, end) : word;
    if (word != NONE) {
      boolean follows = contractions && word < end && text.charAt(word) == '\'';
      return follows ? word + Runs.contraction(text, word, end, true) : word;
    }
    int from = first == ' ' ? second : start;
    int last = Runs.of(text, from, end, CharacterClasses.OTHER);
    if (last == from) {
      return Runs.space(text, start, end, true);
    }
    while (last < end && (Runs.isLineEnd(text.charAt(last)) || text.charAt(last) == '/')) {
      last++;
    }
    return last;
  }

  /** Returns the end of capital letters and then small ones, of which there must be one. */
  private static int small(String text, int start, int end) {
    int at = start;
    int both = NONE;
    while (at < end) {
      int c = text.codePointAt(at);
      if (!CharacterClasses.isUpper(c)) {
        break;
      }
      at += Character.charCount(c);
      both = CharacterClasses.isLower(c) ? at : both;
    }
    int last = at;
    while (last < end) {
      int c = text.codePointAt(last);
      if (!CharacterClasses.isLower(c)) {
        break;
      }
      last += Character.charCount(c);
    }
    return last > at ? last : both;
  }

  /** Returns the end of capital letters, of which there must be one; no small one follows. */
  private static int capitals(String text, int start, int end) {
    int at = start;
    while (at < end) {
      int c = text.codePointAt(at);
      if (!CharacterClasses.isUpper(c)) {
        break;
      }
      at += Character.charCount(c);
    }
    return at > start ? at : NONE;
  }
}
