package dev.flowdpo.cli.solving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  @TempDir private Path folder;

  @Test
  void measuresTheFlowOnTheBuiltInProblems() {
    CommandRun run =
        CommandRun.of("evaluate", "--data", "builtin", "--limit", 24, "--mode", "flow", "--json");

    assertThat(run.exitCode()).isZero();
    JsonNode result = run.json();
    assertThat(CommandRun.keys(result))
        .containsExactly("problems", "correct", "accuracy", "meanChunks", "seconds");
    assertThat(result.get("problems").asInt()).isEqualTo(24);
    assertThat(result.get("accuracy").asDouble())
        .isEqualTo(result.get("correct").asInt() / 24.0)
        .isBetween(0.1, 0.9);
    assertThat(result.get("meanChunks").asDouble()).isGreaterThan(1);
  }

  @Test
  void aSinglePassIsOneChunk() throws IOException {
    Path file = folder.resolve("problems.jsonl");
    Files.writeString(
        file,
        """
        {"question": "Ana has 5 pens. She buys 2 more pens. How many pens does she have?", "answer": "5+2=7\\n#### 7"}

        {"question": "Ben has 6 nuts. He eats 2 of his nuts. How many nuts are left?", "answer": 4}
        """);

    CommandRun run = CommandRun.of("evaluate", "--data", file, "--mode", "single-pass", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.json().get("problems").asInt()).isEqualTo(2);
    assertThat(run.json().get("meanChunks").asDouble()).isEqualTo(1);
  }

  @Test
  void refusesAMalformedRowByFileAndLine() throws IOException {
    Path file = folder.resolve("problems.jsonl");
    Files.writeString(file, "{\"question\":\"a\",\"answer\":\"1\"}\n{\"question\":\"b\",");

    CommandRun run = CommandRun.of("evaluate", "--data", file, "--mode", "flow");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("problems.jsonl", "line 2").doesNotContain("\tat ");
  }

  @Test
  void readsTheFormsOfPublishedSets() throws IOException {
    Path file = folder.resolve("math.jsonl");
    Files.writeString(
        file,
        """
        {"problem": "What is 1 + 1?", "solution": "It is $\\\\boxed{2}$.", "level": "Level 1"}
        {"problem": "What is 1 + 2?", "solution": "It is $\\\\boxed{3}$.", "level": "Level 1"}
        """);
    Object[] arguments = {
      "evaluate", "--data", file, "--mode", "flow", "--limit", 1, "--shuffle-seed", 1, "--json"
    };

    CommandRun run = CommandRun.of(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("problems").asInt()).isEqualTo(1);

    CommandRun wrong =
        CommandRun.of("evaluate", "--data", file, "--mode", "flow", "--format", "gsm8k");
    wrong.assertRefused("line 1: key \"answer\": expected a text or a number");
  }

  @Test
  void refusesAMissingFile() {
    CommandRun run =
        CommandRun.of("evaluate", "--data", folder.resolve("none.jsonl"), "--mode", "flow");

    run.assertRefused("none.jsonl");
  }
}
