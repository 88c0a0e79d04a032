package dev.flowdpo.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.util.HashMap;
import java.util.List;
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
    assertThat(Problem.of("q", "4").answer()).contains("4");
    assertThatThrownBy(() -> Problem.of("q", " "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Leave it out where it is not known");
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
    assertThatThrownBy(() -> Problem.builder("q").id(" ").build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("id: expected a text, found \" \"");
  }

  @Test
  void attributesAreCopied() {
    Map<String, String> attributes = new HashMap<>(Map.of("steps", "3"));
    Problem problem = Problem.builder("q").id("1").attributes(attributes).build();
    attributes.clear();
    assertThat(problem.attributes()).containsExactly(Map.entry("steps", "3"));
  }

  @Test
  void aConversationEndsWithTheQuestion() {
    List<Message> messages =
        List.of(
            Message.system("Be brief."),
            Message.user("2 + 2?"),
            Message.assistant("4"),
            Message.user("And twice that?"));
    Problem problem = Problem.builder(messages).answer("8").build();
    assertThat(problem.question()).isEqualTo("And twice that?");
    assertThat(problem.messages()).isEqualTo(messages);
    assertThat(problem.history()).isEqualTo(messages.subList(0, 3));
    assertThat(problem.id()).isNotEqualTo(Problem.of("And twice that?").id());
    assertThat(problem.toBuilder().build()).isEqualTo(problem);
    assertThat(Problem.builder(messages.subList(1, 4)).build().id()).isNotEqualTo(problem.id());
  }

  @Test
  void aConversationThatDoesNotEndWithAUserIsRefused() {
    assertThatThrownBy(() -> Problem.builder(List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ends with a question, found none");
    assertThatThrownBy(() -> Problem.builder(List.of(Message.user("q"), Message.assistant("a"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found one of ASSISTANT");
  }
}
