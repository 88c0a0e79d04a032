package dev.flowdpo.runtime.text.bpe;

import static dev.flowdpo.runtime.text.bpe.CharacterClasses.LETTER;
import static dev.flowdpo.runtime.text.bpe.CharacterClasses.NUMBER;
import static dev.flowdpo.runtime.text.bpe.CharacterClasses.OTHER;
import static dev.flowdpo.runtime.text.bpe.CharacterClasses.SPACE;

import java.util.Arrays;
import java.util.Optional;

/**
 * The regular expressions that byte-level tokenizers cut text with, recognised by their exact text
 * and matched by hand: no expression of a file is ever run, so none can be catastrophic.
 */
enum WordPattern implements Words {
  /** What the byte level itself cuts with. */
  GPT2(
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      true,
      false,
      Integer.MAX_VALUE),

  /** Numbers in threes. */
  LLAMA3(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      true,
      true,
      3),

  /** Digits one by one. */
  QWEN(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      true,
      true,
      1),

  /** The bundled model's: no contractions. */
  PLAIN(" ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s", false, false, 1);

  private static final char LONG_S = '\u017F';

  private final String expression;
  private final boolean contractions;
  private final boolean lines;
  private final int digits;

  WordPattern(String expression, boolean contractions, boolean lines, int digits) {
    this.expression = expression;
    this.contractions = contractions;
    this.lines = lines;
    this.digits = digits;
  }

  /** {@return the pattern of the expression, if it is known} */
  static Optional<WordPattern> of(String expression) {
    return Arrays.stream(values()).filter(known -> known.expression.equals(expression)).findFirst();
  }

  /** {@return the regular expression} */
  String expression() {
    return expression;
  }

  @Override
  public int end(String text, int start, int end) {
    int first = text.codePointAt(start);
    if (first == '\'' && contractions) {
      int contraction = contraction(text, start, end);
      if (contraction > 0) {
        return start + contraction;
      }
    }
    int kind = CharacterClasses.of(first);
    int second = start + Character.charCount(first);
    if (kind == LETTER) {
      return run(text, second, end, LETTER);
    }
    if (kind == NUMBER) {
      return numbers(text, start, end);
    }
    int nextKind = second < end ? CharacterClasses.of(text.codePointAt(second)) : SPACE;
    boolean leads = lines ? first != '\r' && first != '\n' : first == ' ';
    if (leads && nextKind == LETTER) {
      return run(text, second, end, LETTER);
    }
    if (first == ' ' && nextKind == NUMBER && digits == Integer.MAX_VALUE) {
      return run(text, second, end, NUMBER);
    }
    if (kind == OTHER || (first == ' ' && nextKind == OTHER)) {
      int last = run(text, second, end, OTHER);
      while (lines && last < end && isLineEnd(text.charAt(last))) {
        last++;
      }
      return last;
    }
    return space(text, start, end);
  }

  /** The run, but for its last space before a word; up to its last line end where lines count. */
  private int space(String text, int start, int end) {
    int last = run(text, start, end, SPACE);
    for (int i = last; lines && i > start; i--) {
      if (isLineEnd(text.charAt(i - 1))) {
        return i;
      }
    }
    return last == end || last - start == 1 ? last : last - 1;
  }

  private int numbers(String text, int start, int end) {
    int at = start;
    for (int count = 0; count < digits && at < end; count++) {
      int c = text.codePointAt(at);
      if (CharacterClasses.of(c) != NUMBER) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static int run(String text, int start, int end, int kind) {
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

  /** Returns the length of the contraction, or 0. Where case is ignored, a long s is an s. */
  private int contraction(String text, int start, int end) {
    char one = start + 1 < end ? letter(text.charAt(start + 1)) : ' ';
    if (one == 's' || one == 't' || one == 'm' || one == 'd') {
      return 2;
    }
    char two = start + 2 < end ? letter(text.charAt(start + 2)) : ' ';
    boolean pair = (two == 'e' && (one == 'r' || one == 'v')) || (two == 'l' && one == 'l');
    return pair ? 3 : 0;
  }

  private char letter(char c) {
    if (!lines) {
      return c;
    }
    return c == LONG_S ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  private static boolean isLineEnd(char c) {
    return c == '\r' || c == '\n';
  }
}
