package dev.flowdpo.runtime.text.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Expressions of published tokenizers are safe; those that can take long, or match nothing, not.
 */
class SafeExpressionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
            + " ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s",
        "\\p{N}{1,3}",
        "[\u4e00-\u9fff]+",
        ".+"
      })
  void takesExpressionsOfPublishedTokenizers(String expression) {
    assertThat(SafeExpression.refusal(expression)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a|",
        "|a",
        "a*",
        "a?",
        "(?:a|b?)",
        "(?=a)",
        "(a*)*b",
        "(a+)+",
        "(a|a)*",
        "(?:a+)?",
        "(?:ab){2}",
        "a++",
        "a+?",
        "a{1,2}{3}",
        "a{1000}",
        "a{2,1}",
        "a{,3}",
        "x*y",
        "\\s*[\\r\\n]+",
        "\\s*[\\r\\n]+|\\s",
        "\\s+$",
        "a?a?a?a?a?a?a?aaaaaaa",
        "(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)",
        "\\p{L}{1,65}",
        "(?<=a)b",
        "(?i)a",
        "(?>a)",
        "((((a))))",
        "\\1",
        "\\X",
        "\\b",
        "[[:alpha:]]",
        "[a&&b]",
        "[",
        "[]",
        "[a",
        "a)",
        "(a",
        "\\p{L",
        "\\"
      })
  void refusesTheRest(String expression) {
    assertThat(SafeExpression.refusal(expression)).isPresent();
  }
}
