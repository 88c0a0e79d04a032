package dev.flowdpo.cli.solving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.Fixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SolveCommandTest {
  private static final String APPLES =
      "Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?";

  @Test
  void printsALineOfJsonPerQuestionAndTheChunksOnStandardError() {
    CommandRun run =
        CommandRun.of("solve", APPLES, "Ana has 5 pens. She buys 2. How many?", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.jsonLines()).hasSize(2);
    JsonNode solution = run.jsonLines().get(0);
    assertThat(CommandRun.keys(solution))
        .containsExactly("question", "text", "finalAnswer", "chunks", "finishReason");
    assertThat(solution.get("question").asText()).isEqualTo(APPLES);
    assertThat(solution.get("finishReason").asText()).isIn("STOPPED", "MAX_CHUNKS");
    StringBuilder text = new StringBuilder();
    for (JsonNode chunk : solution.get("chunks")) {
      assertThat(CommandRun.keys(chunk))
          .containsExactly("text", "tokens", "logProb", "stopProbability");
      assertThat(chunk.get("tokens").size()).isBetween(1, 8);
      assertThat(chunk.get("logProb").asDouble()).isNegative();
      assertThat(chunk.get("stopProbability").asDouble()).isBetween(0.0, 1.0);
      text.append(chunk.get("text").asText());
    }
    assertThat(text.toString().strip()).isEqualTo(solution.get("text").asText());
    assertThat(run.err()).contains(APPLES, "finished?");
  }

  @Test
  void streamsToStandardOutputWithoutJson() {
    CommandRun run = CommandRun.of("solve", APPLES);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains(APPLES, "finished?");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void theSeedDecidesAndTheChunksObeyTheOptions() {
    Object[] arguments = {
      "solve", APPLES, "--json", "--seed", 7, "--chunk-size", 3, "--temperature", 4
    };

    CommandRun first = CommandRun.of(arguments);
    CommandRun again = CommandRun.of(arguments);

    assertThat(again.out()).isEqualTo(first.out());
    arguments[4] = 8;
    assertThat(CommandRun.of(arguments).out()).isNotEqualTo(first.out());
    for (JsonNode chunk : first.json().get("chunks")) {
      assertThat(chunk.get("tokens").size()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void theLikeliestTokensAreTheSameWithAnySeed() {
    CommandRun first = CommandRun.of("solve", APPLES, "--json", "--seed", 1);

    assertThat(CommandRun.of("solve", APPLES, "--json", "--seed", 2).out()).isEqualTo(first.out());
  }

  @Test
  void refusesABlankQuestionBeforeItSolvesAny() {
    CommandRun run = CommandRun.of("solve", APPLES, " ", "--json");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("flowdpo: question: expected a text");
  }

  @Test
  void refusesAQuestionLongerThanTheModelReads() {
    CommandRun run = CommandRun.of("solve", "apples and ".repeat(200) + "?");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("256").doesNotContain("\tat ");
  }

  @Test
  void refusesModelsAndAdaptersThatAreNotThere(@TempDir Path empty) {
    assertThat(CommandRun.of("solve", "a", "--model", empty.resolve("none")).exitCode())
        .isEqualTo(2);
    assertThat(CommandRun.of("solve", "a", "--model", empty).err()).contains("config.json");
    CommandRun adapters = CommandRun.of("solve", "a", "--adapters", empty);
    adapters.assertRefused("answer");
    CommandRun tokenizer = CommandRun.of("solve", "a", "--model", Fixtures.model("gqa-tied"));
    tokenizer.assertRefused("tokenizer.json");
  }
}
