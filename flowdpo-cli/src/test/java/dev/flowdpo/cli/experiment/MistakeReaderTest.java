package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.experiment.Mistake.Source;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.Step;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.value.Problem;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MistakeReaderTest {
  /** 3 · 4 = 12, 12 − 2 = 10, 10 / 5 = 2. */
  private static final WordProblem WORD =
      new WordProblem(
          "How many?", List.of(Step.of(3, '*', 4), Step.of(12, '-', 2), Step.of(10, '/', 5)), 2);

  private static final Problem PROBLEM = WORD.toProblem();

  @ParameterizedTest
  @EnumSource(SolutionStyle.class)
  void aRightAnswerIsNoMistakeInAnyStyle(SolutionStyle style) {
    assertThat(MistakeReader.of(PROBLEM, style.write(WORD))).isEqualTo(Mistake.NONE);
  }

  @ParameterizedTest(name = "{1}: {0}")
  @CsvSource({
    "'3*4=11|#### 2', NONE",
    "'3*4=12|12-2=10|10/5=2', NONE",
    "'', NO_ANSWER",
    "'3*4=12|12-2=10', NO_ANSWER",
    "'3*4=12|12-2=10|10/5=2|####', NO_ANSWER",
    "'3*4=12|12-', NO_ANSWER",
    "'#### 7', GUESS",
    "'He has some.|#### 7', GUESS",
    "'3*4=12|12-2=9|9/5=1|#### 1', SLIP",
    "'3*4=12|12-2=10|10/5=2|#### 5', SLIP",
    "'3*4=12|12-2=10|10/5=|#### 5', SLIP",
    "'3*4-2/5=7|#### 7', SEVERAL_AT_ONCE",
    "'3*4-2=11|11/5=3|#### 3', SEVERAL_AT_ONCE",
    "'3*4=12|12-2/5=1|#### 1', SEVERAL_AT_ONCE",
    "'3*4=12|12-2=10|#### 10', MISSING_STEP",
    "'3*4-2=10|#### 10', MISSING_STEP",
    "'3*4=12|12/5=3|#### 3', MISSING_STEP",
    "'3*4=12|12+6=18|18-2=16|16/5=3|#### 3', EXTRA_STEP",
    "'3*4=12|12-2=10|10/5=2|2+6=8|#### 8', EXTRA_STEP",
    "'3*4=12|12+2=14|14/5=3|#### 3', WRONG_STEP",
    "'3*4=12|12-6=6|6/5=1|#### 1', WRONG_STEP",
    "'12-2=10|10/5=3|#### 3', WRONG_STEP",
    "'4*3=12|12-2=10|10/5=3|#### 3', WRONG_STEP"
  })
  void aWrongSolutionIsReadByItsCalculations(String solution, Mistake mistake) {
    assertThat(MistakeReader.of(PROBLEM, solution.replace('|', '\n'))).isEqualTo(mistake);
  }

  @Test
  void everyMistakeButNoneHasASource() {
    Set<Mistake> without = EnumSet.noneOf(Mistake.class);
    for (Mistake mistake : Mistake.values()) {
      if (mistake.source() == Source.NONE) {
        without.add(mistake);
      }
    }
    assertThat(without).containsExactly(Mistake.NONE);
  }
}
