package dev.flowdpo.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactAnswerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "12     | 3*4=12 #### 12   | true",
        "1,234  | #### 1234        | true",
        "1234   | #### $1,234.     | true",
        "12     | #### 112         | false",
        "12     | #### 12.0        | false",
        "12     | nothing          | false",
        "1,2    | #### 12          | false",
      })
  void comparesTheFinalAnswer(String expected, String solution, boolean right) {
    Verdict verdict = new ExactAnswer().verify(Problem.of("q", expected), solution);

    assertThat(verdict.known()).isTrue();
    assertThat(verdict.isCorrect()).isEqualTo(right);
  }

  @Test
  void knowsNothingWithoutAnAnswer() {
    assertThat(new ExactAnswer().verify(Problem.of("q"), "#### 1").known()).isFalse();
  }
}
