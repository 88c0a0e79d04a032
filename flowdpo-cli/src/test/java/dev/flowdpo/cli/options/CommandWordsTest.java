package dev.flowdpo.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class CommandWordsTest {
  @Test
  void splitsAtBlanksOutsideOfQuotes() {
    assertThat(CommandWords.split("--x", "  python3 \t grade.py\n"))
        .containsExactly("python3", "grade.py");
    assertThat(CommandWords.split("--x", "\"my program\" -m 'a \"b\"' \"it's\" a'b c'd ''"))
        .containsExactly("my program", "-m", "a \"b\"", "it's", "ab cd", "");
    assertThat(CommandWords.split("--x", "C:\\tools\\grade.exe /v"))
        .containsExactly("C:\\tools\\grade.exe", "/v");
  }

  @Test
  void refusesNothingAndAnOpenQuote() {
    assertThatThrownBy(() -> CommandWords.split("--x", " "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("--x: expected a program and its arguments, found nothing");
    assertThatThrownBy(() -> CommandWords.split("--x", "a 'b c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the quote '");
  }
}
