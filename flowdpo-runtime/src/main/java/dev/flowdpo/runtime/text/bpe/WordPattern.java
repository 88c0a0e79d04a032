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
public enum WordPattern implements Words {
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
  public String expression() {
    return expression;
  }

  @Override
  public int end(String text, int start, int end) {
    int first = text.codePointAt(start);
    if (first == '\'' && contractions) {
      int contraction = Runs.contraction(text, start, end, lines);
      if (contraction > 0) {
        return start + contraction;
      }
    }
    int kind = CharacterClasses.of(first);
    int second = start + Character.charCount(first);
    if (kind == LETTER) {
      return Runs.of(text, second, end, LETTER);
    }
    if (kind == NUMBER) {
      return Runs.numbers(text, start, end, digits);
    }
    int nextKind = second < end ? CharacterClasses.of(text.codePointAt(second)) : SPACE;
    boolean leads = lines ? first != '\r' && first != '\n' : first == ' ';
    if (leads && nextKind == LETTER) {
      return Runs.of(text, second, end, LETTER);
    }
    if (first == ' ' && nextKind == NUMBER && digits == Integer.MAX_VALUE) {
      return Runs.of(text, second, end, NUMBER);
    }
    if (kind == OTHER || (first == ' ' && nextKind == OTHER)) {
      int last = Runs.of(text, second, end, OTHER);
      while (lines && last < end && Runs.isLineEnd(text.charAt(last))) {
        last++;
      }
      return last;
    }
    return Runs.space(text, start, end, lines);
  }
}
