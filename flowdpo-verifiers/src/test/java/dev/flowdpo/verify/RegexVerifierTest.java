package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexVerifierTest {
  private static final Problem PROBLEM = Problem.of("?");

  @Test
  void findsThePatternInTheFinalAnswerOnly() {
    RegexVerifier verifier = new RegexVerifier(Pattern.compile("4\\d"), AnswerExtractor.marked());
    Verdict verdict = verifier.verify(PROBLEM, "about 41\n#### 42");
    assertThat(verdict.isCorrect()).isTrue();
    assertThat(verdict.answer()).contains(new ExtractedAnswer("42", AnswerRule.HASH_MARK));
    assertThat(verifier.verify(PROBLEM, "about 41\n#### 52").isCorrect()).isFalse();
    assertThat(verifier.verify(PROBLEM, "about 41\n#### 52").known()).isTrue();
  }

  /** Patterns that backtrack without end on their text, or recurse as deep as it is long. */
  @ParameterizedTest
  @CsvSource({"(a+)+b", "(a|aa)+b", "(.*a){25}b", "(a*)*b", "(?:a|b|ab)*c", "^(([a-z])+.)+[A-Z]$"})
  void aHostilePatternCostsOneUnknownVerdict(String pattern) {
    RegexVerifier verifier =
        new RegexVerifier(
            Pattern.compile(pattern), AnswerExtractor.wholeText(), Duration.ofMillis(50));
    Verdict verdict =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(10), () -> verifier.verify(PROBLEM, "a".repeat(20_000)));
    assertThat(verdict.known()).isFalse();
    assertThat(verdict.reason().orElse("")).contains(pattern);
  }

  @Test
  void searchesAMegabyte() {
    RegexVerifier verifier =
        new RegexVerifier(
            Pattern.compile("b$"), AnswerExtractor.wholeText(), Duration.ofMinutes(5));
    assertThat(verifier.verify(PROBLEM, "a".repeat(1_000_000) + "b").isCorrect()).isTrue();
  }

  @Test
  void refusesATimeLimitOfNothing() {
    assertThatThrownBy(
            () -> new RegexVerifier(Pattern.compile("a"), AnswerExtractor.marked(), Duration.ZERO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("timeLimit");
  }
}
