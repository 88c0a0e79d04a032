package dev.flowdpo.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemTest {
  @Test
  void theIdIsAStableHashOfTheQuestion() {
    // The first 16 digits of the SHA-256 of "abc".
    assertThat(Problem.of("abc").id()).isEqualTo("ba7816bf8f01cfea");
    assertThat(Problem.of("abc", "1").id()).isEqualTo(Problem.of("abc").id());
    assertThat(Problem.of("abd").id()).isNotEqualTo(Problem.of("abc").id());
  }

  @Test
  void anAnswerNotGivenIsEmpty() {
    assertThat(Problem.of("q").answer()).isEmpty();
    assertThat(Problem.of("q", "4").answer()).isEqualTo("4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t"})
  void aBlankQuestionIsRefused(String question) {
    assertThatThrownBy(() -> Problem.of(question))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("question: expected a text, found \"" + question + "\"");
  }

  @Test
  void aBlankIdIsRefused() {
    assertThatThrownBy(() -> new Problem(" ", "q", "", Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("id: expected a name");
  }

  @Test
  void attributesAreCopied() {
    Map<String, String> attributes = new HashMap<>(Map.of("steps", "3"));
    Problem problem = new Problem("1", "q", "", attributes);
    attributes.clear();
    assertThat(problem.attributes()).containsExactly(Map.entry("steps", "3"));
  }
}
