package dev.flowdpo.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldOutTest {
  private static final Path FILE = Path.of("problems.jsonl");

  @Test
  void partsTheSameWhateverTheOrderAndNeverSharesAQuestion() {
    List<Problem> problems =
        new ArrayList<>(
            WordProblems.generate(3, 50).stream().map(WordProblem::toProblem).distinct().toList());
    problems.add(problems.get(0));
    HeldOut.Split split = HeldOut.of(FILE, problems);
    List<Problem> shuffled = new ArrayList<>(problems);
    Collections.shuffle(shuffled, new Random(4));

    assertThat(HeldOut.of(FILE, shuffled).heldOut()).isEqualTo(split.heldOut());
    assertThat(split.heldOut()).hasSize((problems.size() - 1) / 5);
    assertThat(split.learning()).doesNotContainAnyElementsOf(split.heldOut());
    assertThat(split.learning().size() + split.heldOut().size())
        .isBetween(problems.size() - 1, problems.size());
  }

  @Test
  void twoQuestionsAreEnough() {
    HeldOut.Split split = HeldOut.of(FILE, List.of(Problem.of("a", "1"), Problem.of("b", "2")));

    assertThat(split.learning()).hasSize(1);
    assertThat(split.heldOut()).hasSize(1);
  }

  @Test
  void builtInProblemsAreNeverLearnedFrom() {
    assertThat(LearningData.builtIn(0, 200, 50).heldOut())
        .hasSize(50)
        .allMatch(problem -> WordProblems.isHeldOut(problem.question()));
    assertThat(LearningData.builtIn(0, 200, 50).problems())
        .hasSize(200)
        .noneMatch(problem -> WordProblems.isHeldOut(problem.question()));
  }
}
