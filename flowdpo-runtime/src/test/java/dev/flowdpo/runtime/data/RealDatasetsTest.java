package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.realdata.RealData;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import dev.flowdpo.verify.NumericVerifier;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published files, in place; skipped where they are not there. */
class RealDatasetsTest {
  @ParameterizedTest
  @CsvSource({"gsm8k/train.jsonl, 7473", "gsm8k/test.jsonl, 1319"})
  void gsm8kIsReadWhole(String name, int rows) {
    Dataset dataset = Dataset.gsm8k(RealData.at(name));
    List<Problem> problems = dataset.toList();
    assertThat(problems)
        .hasSize(rows)
        .allMatch(p -> p.answer().orElseThrow().matches("-?\\d+(\\.\\d+)?"));
    assertThat(Dataset.open(RealData.at(name)).limit(100).toList())
        .isEqualTo(problems.subList(0, 100));
    assertAgreed(new NumericVerifier(0, 0, AnswerExtractor.marked()), problems);
  }

  @Test
  void mathIsReadWhole() {
    List<Problem> problems = Dataset.open(RealData.at("math/math_test.jsonl")).toList();
    assertThat(problems).hasSize(5000);
    assertThat(problems)
        .allMatch(p -> p.attributes().keySet().containsAll(Set.of("solution", "level", "subject")));
    // The publisher's own answers are the oracle of those that are taken out of the solutions.
    assertThat(problems)
        .filteredOn(p -> !boxed(p.attributes().get("solution")).equals(p.answer()))
        .extracting(Problem::id)
        .isEmpty();
    assertAgreed(
        attempt ->
            MathAnswerVerifier.compareAnswers(
                attempt.problem().answer().orElseThrow(), boxed(attempt.answer()).orElseThrow()),
        problems);
  }

  private static Optional<String> boxed(String solution) {
    return AnswerExtractor.boxed().extract(solution).map(ExtractedAnswer::text);
  }

  /**
   * The verifier rejects the worked solution of no problem, so the answer taken is its own. It may
   * leave one open where the machine is too busy for its time limit.
   */
  private static void assertAgreed(Verifier verifier, List<Problem> problems) {
    assertThat(problems)
        .filteredOn(
            p -> {
              Verdict verdict = verifier.verify(p, p.attributes().get("solution"));
              return verdict.known() && !verdict.isCorrect();
            })
        .extracting(Problem::id)
        .isEmpty();
  }

  @Test
  void partsOfARealSetAreStableAndComplete() {
    Dataset dataset = Dataset.gsm8k(RealData.at("gsm8k/train.jsonl"));
    List<Problem> train = dataset.split("train", 0.9).shuffle(1).toList();
    List<Problem> test = dataset.split("test", 0.9).toList();
    assertThat(train.size() + test.size()).isEqualTo(7473);
    // Three standard deviations: 3·√(7,473·0.1·0.9) = 78.
    assertThat(test.size()).isBetween(747 - 78, 747 + 78);
    Set<String> ids = new HashSet<>();
    train.forEach(problem -> ids.add(problem.id()));
    test.forEach(problem -> ids.add(problem.id()));
    assertThat(ids).hasSize(7473);
    assertThat(dataset.shuffle(1).limit(5).toList())
        .isNotEqualTo(dataset.shuffle(2).limit(5).toList());
  }
}
