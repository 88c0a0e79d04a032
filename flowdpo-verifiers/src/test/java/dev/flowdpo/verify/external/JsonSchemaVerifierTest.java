package dev.flowdpo.verify.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaVerifierTest {
  private static final Problem PROBLEM = Problem.of("Which city?");
  private static final String CITY =
      """
      {"type": "object", "required": ["city", "population"], "additionalProperties": false,
       "properties": {"city": {"type": "string", "minLength": 1}, "population": {"type": "integer"}}}
      """;

  private final JsonSchemaVerifier verifier = JsonSchemaVerifier.of(CITY);

  @Test
  void acceptsTheWholeAnswerOrItsLastFencedBlock() {
    String good = "{\"city\": \"Graz\", \"population\": 300000}";
    for (String answer :
        new String[] {
          good,
          "  " + good + "\n",
          "Here it is:\n```json\n" + good + "\n```\nDone.",
          "First:\n```\n{}\n```\nNo, rather:\n```\n" + good + "\n```"
        }) {
      Verdict verdict = verifier.verify(PROBLEM, answer);
      assertThat(verdict.isCorrect()).as(answer).isTrue();
      assertThat(verdict.answer().orElseThrow().text()).isEqualTo(good);
    }
  }

  @Test
  void namesWhatIsWrong() {
    assertThat(verify("{\"city\": 7, \"population\": \"many\"}").reason().orElse(""))
        .contains("/city", "/population", "integer");
    assertThat(verify("{\"city\": \"Graz\"}").reason().orElse("")).contains("population");
    assertThat(verify("{\"city\": \"Graz\", \"population\": 3, \"x\": 1}").reason().orElse(""))
        .contains("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "Graz",
        "{\"city\": \"Graz\"",
        "{} {}",
        "```json\n\n```",
        "[1,",
        "\u0000",
        "NaN"
      })
  void whatIsNoJsonIsIncorrect(String answer) {
    Verdict verdict = verify(answer);
    assertThat(verdict.known()).isTrue();
    assertThat(verdict.isCorrect()).isFalse();
    assertThat(verdict.reason().orElse("")).isNotEmpty();
  }

  @Test
  void hostileTextEndsWithAVerdict() {
    assertThat(verify("[".repeat(1_000_000)).isCorrect()).isFalse();
    assertThat(verify("```".repeat(300_000)).isCorrect()).isFalse();
    assertThat(verify("```json\n".repeat(100_000)).isCorrect()).isFalse();
    assertThat(verify("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)).isCorrect()).isFalse();
  }

  @Test
  void refusesWhatIsNoSchema() {
    for (String schema :
        List.of(
            "",
            "{",
            "7",
            "{\"type\": 7}",
            "{\"type\": \"text\"}",
            "{\"required\": \"city\"}",
            "{\"pattern\": \"(\"}",
            "{\"$ref\": \"http://x.invalid/\"}",
            "{\"$schema\": \"http://x.invalid/\"}")) {
      assertThatThrownBy(() -> JsonSchemaVerifier.of(schema))
          .as(schema)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("schema: ");
    }
  }

  @Test
  void readsOtherDrafts() {
    JsonSchemaVerifier draft7 =
        JsonSchemaVerifier.of(
            "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"array\"}");
    assertThat(draft7.verify(PROBLEM, "[1]").isCorrect()).isTrue();
    assertThat(draft7.verify(PROBLEM, "1").isCorrect()).isFalse();
  }

  @Test
  void isThreadSafe() {
    assertThat(
            IntStream.range(0, 2_000)
                .parallel()
                .mapToObj(i -> verify("{\"city\": \"" + i + "\", \"population\": " + i + "}"))
                .allMatch(Verdict::isCorrect))
        .isTrue();
  }

  private Verdict verify(String answer) {
    return verifier.verify(PROBLEM, answer);
  }
}
