package dev.flowdpo.verify.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of answers: what people who know the notation would say of two answers. Its rows are
 * {@code equal|different|unknown <tab> known answer <tab> answer}; a line that begins with # heads
 * a section. Written by hand, apart from the cases in data sets.
 */
@Tag("slow")
class AnswerTableTest {

  private record Row(int line, String expected, String gold, String answer) {
    String name() {
      return "line " + line + ", " + expected + ": " + gold + " ~ " + answer;
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(AnswerTableTest.class.getResourceAsStream("answers.tsv"))) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank() && !lines.get(i).startsWith("#")) {
          String[] cells = lines.get(i).split("\t", -1);
          assertThat(cells).as("line " + (i + 1)).hasSize(3);
          rows.add(new Row(i + 1, cells[0], cells[1], cells[2]));
        }
      }
    }
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> isJudgedAsPeopleWould() throws IOException {
    return rows().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(row.name(), () -> judges(row.gold(), row.answer(), row)));
  }

  @TestFactory
  Stream<DynamicTest> isJudgedTheSameTheOtherWayRound() throws IOException {
    return rows().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(row.name(), () -> judges(row.answer(), row.gold(), row)));
  }

  private static void judges(String gold, String answer, Row row) {
    Verdict verdict = MathAnswerVerifier.compareAnswers(gold, answer);
    String outcome = !verdict.known() ? "unknown" : verdict.isCorrect() ? "equal" : "different";
    assertThat(outcome).as(row.name() + ": " + verdict.reason()).isEqualTo(row.expected());
    assertThat(verdict.failure()).isFalse();
  }

  @TestFactory
  Stream<DynamicTest> everyAnswerEqualsItself() throws IOException {
    Set<String> answers = new HashSet<>();
    rows().forEach(row -> answers.addAll(List.of(row.gold(), row.answer())));
    return answers.stream()
        .map(
            answer ->
                DynamicTest.dynamicTest(
                    answer,
                    () -> {
                      // The blank keeps the two texts apart, so that values are compared.
                      Comparison comparison =
                          MathAnswer.of(answer).compare(MathAnswer.of("\\, " + answer));
                      assertThat(comparison.outcome())
                          .as(comparison.reason())
                          .isNotEqualTo(Comparison.Outcome.DIFFERENT);
                    }));
  }

  @Test
  void hasNoRowTwice() throws IOException {
    assertThat(rows().stream().map(row -> row.gold() + "\t" + row.answer()))
        .doesNotHaveDuplicates();
  }
}
