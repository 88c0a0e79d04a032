package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorKindTest {
  @ParameterizedTest
  @CsvSource({
    "3*4=12, UNFINISHED",
    "3*4=12_12-2=, UNFINISHED",
    "#### 12, GUESSED",
    "3*4=13_#### 13, CALCULATION",
    "3*4=12_2-=10_#### 10, CALCULATION",
    "8/0=8_#### 8, CALCULATION",
    "3*4=12_#### 10, CUT_SHORT",
    "3+4*2=11_#### 11, WRONG_STEPS",
  })
  void tellsWhatIsWrong(String solution, ErrorKind kind) {
    assertThat(ErrorKind.of(solution.replace('_', '\n'))).isEqualTo(kind);
  }

  @Test
  void correctSolutionsCalculateCorrectly() {
    List<WordProblem> problems = WordProblems.generate(11, 200);
    for (SolutionStyle style : List.of(SolutionStyle.STEPS, SolutionStyle.COMBINED)) {
      assertThat(problems)
          .allMatch(problem -> ErrorKind.of(style.write(problem)) == ErrorKind.WRONG_STEPS);
    }
  }
}
