package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderTest {
  @TempDir private Path folder;

  private static Set<String> questions(List<Problem> problems) {
    Set<String> questions = new HashSet<>();
    problems.forEach(problem -> questions.add(problem.question()));
    return questions;
  }

  @Test
  void noQuestionIsLearnedFromAndMeasuredOn() throws IOException {
    Path file = folder.resolve("svamp.jsonl");
    Files.write(
        file,
        IntStream.range(0, 320)
            .mapToObj(
                i ->
                    JsonText.line(
                        Map.of("question", "What is " + i + " + 1?", "answer", "" + (i + 1))))
            .toList());
    for (String name : Ladder.NAMES) {
      ProblemSet set = Ladder.named(name, Optional.of(file));
      List<Problem> learned = set.learning(3, 200);
      List<Problem> heldOut = set.heldOut(50);

      assertThat(learned).as(name).hasSize(200);
      assertThat(learned).as(name).extracting(Problem::id).doesNotHaveDuplicates();
      assertThat(heldOut).as(name).hasSize(50).doesNotHaveDuplicates();
      assertThat(questions(learned)).as(name).doesNotContainAnyElementsOf(questions(heldOut));
      assertThat(set.learning(3, 200)).as(name).isEqualTo(learned);
      assertThat(set.learning(4, 200)).as(name).isNotEqualTo(learned);
    }
    List<Problem> epochs = Ladder.named("svamp", Optional.of(file)).learning(0, 41);
    assertThat(epochs.get(20).id()).endsWith(" (time 2)");
    assertThat(epochs.get(40).id()).endsWith(" (time 3)");
  }

  @Test
  void oneStepProblemsHaveOneStepAndSmallNumbers() {
    for (Problem problem : Ladder.named("one-step", Optional.empty()).learning(1, 50)) {
      assertThat(problem.attributes()).containsEntry("steps", "1");
      assertThat(Integer.parseInt(problem.answer().orElseThrow())).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void instructionsAreJudgedByWhatTheyAsk() {
    Instructions set = Instructions.demanding();
    Problem problem =
        Problem.builder("Write a sentence.")
            .attributes(Map.of("limit", "8", "words", "green stone", "form", "EXCLAMATION"))
            .build();

    Verdict all = verdict(set, problem, "A Green stone lies here!");
    assertThat(all.isCorrect()).isTrue();
    assertThat(all.reward()).hasValue(1);
    Verdict part = verdict(set, problem, "A greenish stone lies here!");
    assertThat(part.isCorrect()).isFalse();
    assertThat(part.reward().orElseThrow()).isCloseTo(0.32, within(1e-12));
    assertThat(part.reason()).hasValueSatisfying(why -> assertThat(why).contains("green"));
    assertThat(verdict(set, problem, "Green stone, with an exclamation mark!").isCorrect())
        .as("an echo of the instruction")
        .isFalse();
    assertThat(verdict(set, problem, "").reward().orElseThrow()).isLessThan(0.1);
  }

  @Test
  void sentencesAskForOneWord() {
    for (Problem problem : Ladder.named("sentences", Optional.empty()).learning(1, 50)) {
      assertThat(problem.attributes().get("words")).doesNotContain(" ");
      assertThat(problem.question()).contains("with the word \"", "at most ");
    }
  }

  private static Verdict verdict(ProblemSet set, Problem problem, String answer) {
    return set.verifier().verify(Attempt.of(problem, answer));
  }

  @Test
  void anUnknownSetAndAMissingFileAreRefused() {
    assertThatThrownBy(() -> Ladder.named("algebra", Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("one-step");
    assertThatThrownBy(() -> Ladder.named("svamp", Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--data");
  }
}
