package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text, numbers, choices, patterns and tests. */
@Timeout(60)
class ReadyVerifiersTest {
  private static final AnswerExtractor MARKED = AnswerExtractor.marked();
  private static final AnswerExtractor WHOLE = AnswerExtractor.wholeText();

  @Test
  void exactMatchComparesTextWithoutMindingBlanks() {
    Problem paris = Problem.of("Capital?", " New  York ");
    Verifier exact = ExactMatchVerifier.of(MARKED);
    assertThat(exact.verify(paris, "The answer is New\tYork").isCorrect()).isTrue();
    assertThat(exact.verify(paris, "The answer is new york").isCorrect()).isFalse();
    assertThat(
            ExactMatchVerifier.of(MARKED)
                .ignoringCase()
                .verify(paris, "The answer is new york")
                .isCorrect())
        .isTrue();
    assertThat(exact.verify(paris, "New York").reason().orElse(""))
        .isEqualTo("the solution has no final answer");
    assertThat(ExactMatchVerifier.of(WHOLE).verify(paris, "New York").isCorrect()).isTrue();
    assertThat(exact.verify(Problem.of("q"), "#### 2").known()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1609 | \\boxed{1609.344} | 1",
        "1609 | \\boxed{1,620} | 1",
        "1609 | \\boxed{1700} | 0",
        "-5 | \\boxed{5} | 0",
        "2\\pi/3 | \\boxed{2.1} | 1",
        "0.5 | \\boxed{\\frac{1}{2}} | 1",
        "0 | \\boxed{0.001} | 0",
        "100 | no answer here | 0",
        "100 | \\boxed{\\text{many}} | 0",
        "x+1 | \\boxed{2} | unknown",
        "1e400 | \\boxed{1e400} | unknown",
      })
  void numericAllowsATolerance(String gold, String solution, String expected) {
    Verdict verdict = new NumericVerifier(0, 0.01, MARKED).verify(Problem.of("q", gold), solution);
    assertThat(verdict.known() ? String.valueOf((int) verdict.reward().orElseThrow()) : "unknown")
        .as(verdict.toString())
        .isEqualTo(expected);
  }

  @Test
  void numericToleranceIsTheLargerOfTheTwo() {
    Verifier verifier = new NumericVerifier(0.5, 0.1, MARKED);
    assertThat(verifier.verify(Problem.of("q", "1"), "#### 1.5").isCorrect()).isTrue();
    assertThat(verifier.verify(Problem.of("q", "1"), "#### 1.51").isCorrect()).isFalse();
    assertThat(verifier.verify(Problem.of("q", "100"), "#### 109").isCorrect()).isTrue();
    assertThatThrownBy(() -> new NumericVerifier(-1, 0, MARKED))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("absolute");
    assertThatThrownBy(() -> new NumericVerifier(0, Double.NaN, MARKED))
        .hasMessageContaining("relative");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "B | #### B | true",
        "B | The answer is (B). | true",
        "B | The answer is B) 5 | true",
        "(B) | \\boxed{\\text{(B)}} | true",
        "B | \\boxed{\\textbf{B}} | true",
        "b | Answer: B. 5 | true",
        "B | The correct answer is option B | true",
        "B | #### C | false",
        "B | \\boxed{5} | true",
        "B | \\boxed{\\frac{10}{2}} | true",
        "B | \\boxed{4} | false",
        "B | \\boxed{Be careful} | false",
        "B | B or maybe not | false",
      })
  void choiceReadsLettersAndTheTextsUnderThem(String gold, String solution, boolean correct) {
    Problem problem =
        Problem.builder("Prime?")
            .id("p")
            .answer(gold)
            .attributes(Map.of("A", "4", "B", "5", "C", "6", "level", "5"))
            .build();
    Verdict verdict = new ChoiceVerifier(MARKED).verify(problem, solution);
    assertThat(verdict.known()).isTrue();
    assertThat(verdict.isCorrect()).as(verdict.toString()).isEqualTo(correct);
  }

  @Test
  void choiceIsUnknownWhereTheKnownAnswerIsNoLetter() {
    assertThat(new ChoiceVerifier(MARKED).verify(Problem.of("q", "5"), "#### B").known()).isFalse();
  }

  @Test
  void regexLooksForThePattern() {
    Verifier qed = new RegexVerifier(Pattern.compile("Q\\.?E\\.?D"), WHOLE);
    assertThat(qed.verify(Problem.of("q"), "and so on. Q.E.D.").isCorrect()).isTrue();
    assertThat(qed.verify(Problem.of("q"), "and so on.").isCorrect()).isFalse();
    Verifier anything = new RegexVerifier(Pattern.compile(".*"), MARKED);
    assertThat(anything.verify(Problem.of("q"), "#### 2").isCorrect()).isTrue();
    assertThat(anything.verify(Problem.of("q"), "no answer").isCorrect()).isFalse();
    assertThat(anything.verify(Problem.of("q"), "no answer").known()).isTrue();
  }

  @Test
  void aPatternThatBacktracksWithoutEndCostsOneUnknownVerdict() {
    for (String pattern : List.of("(a+)+$", "(a|aa)*b", "(a+)+\\1z", "(x+x+)+y|(a*)*c")) {
      Verdict verdict =
          new RegexVerifier(Pattern.compile(pattern), WHOLE, Duration.ofMillis(100))
              .verify(Problem.of("q"), "a".repeat(60) + "!");
      assertThat(verdict.isCorrect()).as(pattern).isFalse();
    }
    Verdict endless =
        new RegexVerifier(Pattern.compile("(a*)*\\1b"), WHOLE, Duration.ofMillis(100))
            .verify(Problem.of("q"), "a".repeat(60));
    assertThat(endless.known()).isFalse();
    assertThat(endless.reason().orElse("")).contains("longer than PT0.1S");
    Verdict deep =
        new RegexVerifier(Pattern.compile("(a|b)*c"), WHOLE)
            .verify(Problem.of("q"), "ab".repeat(500_000));
    assertThat(deep.known()).isFalse();
    assertThat(deep.reason().orElse("")).contains("nested too deeply");
  }

  @Test
  void checksCountTheTestsThatPass() {
    CheckVerifier verifier =
        new CheckVerifier(
            List.of(
                attempt -> assertThat(attempt.answer()).contains("therefore"),
                attempt ->
                    assertThat(attempt.answer()).endsWith(attempt.problem().answer().orElseThrow()),
                attempt -> assertThat(attempt.answer()).hasSizeLessThan(100),
                attempt -> {
                  throw new AssertionError();
                }));
    Verdict verdict = verifier.verify(Problem.of("q", "4"), "2 + 2, therefore 5");
    assertThat(verdict.reward().orElseThrow()).isEqualTo(0.5);
    assertThat(verdict.reason().orElse(""))
        .contains("test 2: ", "test 4: failed")
        .doesNotContain("test 1");
    assertThat(verifier.verify(Problem.of("q", "4"), "therefore 4").reward().orElseThrow())
        .isEqualTo(0.75);
  }

  @Test
  void aCheckThatCannotRunSaysSo() {
    CheckVerifier verifier =
        new CheckVerifier(
            List.of(
                attempt -> {
                  throw new IOException("disk full");
                }));
    assertThatThrownBy(() -> verifier.verify(Problem.of("q"), ""))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("test 1 could not be run", "disk full");
    assertThatThrownBy(() -> new CheckVerifier(List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("checks: ");
  }

  @Test
  void hostileTextEndsWithAVerdictAndNoException() {
    Problem problem =
        Problem.builder("q").id("p").answer("B").attributes(Map.of("A", "1", "B", "2")).build();
    List<Verifier> verifiers =
        List.of(
            ExactMatchVerifier.of(WHOLE),
            new NumericVerifier(0, 0.1, WHOLE),
            new ChoiceVerifier(WHOLE),
            new RegexVerifier(Pattern.compile("\\bQED\\b"), WHOLE));
    for (String unit :
        List.of("(", "\\boxed{", "answer is ", "9", "\\frac", "$", "\ud800", "B) ")) {
      String text = unit.repeat(1_000_000 / unit.length());
      for (Verifier verifier : verifiers) {
        assertThat(verifier.verify(problem, text).failure()).isFalse();
      }
    }
  }

  @Test
  void oneVerifierServesManyThreads() {
    Verifier choice = new ChoiceVerifier(MARKED);
    Verifier regex = new RegexVerifier(Pattern.compile("\\A\\d+\\z"), MARKED);
    assertThat(
            IntStream.range(0, 5_000)
                .parallel()
                .allMatch(
                    i ->
                        choice
                                    .verify(Problem.of("q", "C"), "#### " + "ABC".charAt(i % 3))
                                    .isCorrect()
                                == (i % 3 == 2)
                            && regex.verify(Problem.of("q"), "#### " + i).isCorrect()))
        .isTrue();
  }
}
