package dev.flowdpo.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.KilledCommand;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.runtime.tiny.SolutionStyle;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class CompileCommandTest {
  private static final List<String> FILES_OF_A_RUN =
      List.of(
          "answer/adapter_config.json",
          "answer/adapter_model.safetensors",
          "answer/provenance.json",
          "collection.json",
          "messages.jsonl",
          "run.json",
          "traces.jsonl",
          "training.jsonl");

  @TempDir private Path folder;

  @Test
  @Tag("long")
  void aRunThatWasKilledEndsAsOneThatWasNot() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");

    CommandRun uninterrupted = CommandRun.of(arguments(whole));
    KilledCommand.run(() -> lines(killed.resolve("training.jsonl")) > 4, arguments(killed));
    assertThat(killed.resolve("result.json")).doesNotExist();
    CommandRun resumed = CommandRun.of(arguments(killed));

    assertThat(uninterrupted.exitCode()).as(uninterrupted.err()).isZero();
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.err()).doesNotContain("collect ");
    for (String file : FILES_OF_A_RUN) {
      assertThat(killed.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(CommandRun.withoutTime(resumed.json()))
        .isEqualTo(CommandRun.withoutTime(uninterrupted.json()));
    assertThat(whole.resolve("training.png")).isNotEmptyFile();
    assertResult(whole, uninterrupted.json());
    assertMessages(whole);
    aCollectionThatWasKilledLosesAndRepeatsNothing(whole);
    CommandRun evaluated =
        CommandRun.of(
            "evaluate",
            "--data",
            "builtin",
            "--limit",
            4,
            "--mode",
            "single-pass",
            "--adapters",
            whole,
            "--json");
    assertThat(evaluated.json().get("accuracy"))
        .isEqualTo(uninterrupted.json().get("heldOutAfter"));
  }

  private static Object[] arguments(Path out) {
    return new Object[] {
      "compile",
      "--problems",
      80,
      "--base-samples",
      "--held-out",
      4,
      "--batch",
      4,
      "--epochs",
      2,
      "--checkpoint-every",
      2,
      "--out",
      out,
      "--resume",
      "--json"
    };
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private static void assertResult(Path run, JsonNode result) throws IOException {
    assertThat(result.get("collected").asInt()).isEqualTo(80);
    assertThat(result.get("correct").asInt() + result.get("incorrect").asInt()).isEqualTo(80);
    assertThat(result.get("traces").asInt())
        .isPositive()
        .isEqualTo((int) lines(run.resolve("messages.jsonl")));
    assertThat(CommandRun.parse(Files.readString(run.resolve("result.json")))).isEqualTo(result);
    List<JsonNode> rows = CommandRun.jsonLines(run.resolve("training.jsonl"));
    assertThat(rows.stream().filter(row -> row.has("loss"))).hasSize(result.get("steps").asInt());
    assertThat(rows.stream().filter(row -> row.has("eval_loss"))).hasSize(3);
    assertThat(rows.get(0).get("eval_loss")).isEqualTo(result.get("validationLossBefore"));
  }

  private static void assertMessages(Path run) throws IOException {
    for (String line : Files.readAllLines(run.resolve("messages.jsonl"))) {
      JsonNode row = CommandRun.parse(line);
      assertThat(row.get("messages").get(0).get("role").asText()).isEqualTo("user");
      assertThat(row.get("messages").get(1).get("role").asText()).isEqualTo("assistant");
      assertThat(row.get("source").asText()).isEqualTo("self");
      JsonNode ids = row.get("completion_ids");
      assertThat(ids.get(ids.size() - 1).asInt()).isZero();
    }
  }

  /** The collection's half batch, with half a line at its end, is collected again. */
  private void aCollectionThatWasKilledLosesAndRepeatsNothing(Path whole) throws IOException {
    Path killed = folder.resolve("killed-while-collecting");
    Files.createDirectories(killed);
    Files.copy(whole.resolve("run.json"), killed.resolve("run.json"));
    Files.writeString(killed.resolve("collection.json"), "{\"problems\":64}\n");
    byte[] traces = Files.readAllBytes(whole.resolve("traces.jsonl"));
    Files.write(killed.resolve("traces.jsonl"), Arrays.copyOf(traces, traces.length - 9));

    CommandRun resumed = CommandRun.of(arguments(killed));

    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    for (String file : FILES_OF_A_RUN) {
      assertThat(killed.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
  }

  @Test
  void takesTheTracesOfARunOfLearn() throws IOException {
    Path learned = folder.resolve("learned");
    CommandRun learn =
        CommandRun.of(
            "learn", "--problems", 40, "--held-out", 1, "--no-updates", "--out", learned, "--json");
    assertThat(learn.exitCode()).as(learn.err()).isZero();
    double accuracy = learn.json().get("progressiveAccuracy").asDouble();
    assertThat(lines(learned.resolve("traces.jsonl"))).isEqualTo(Math.round(40 * accuracy));

    CommandRun run =
        CommandRun.of(
            "compile",
            "--run",
            learned,
            "--held-out",
            1,
            "--epochs",
            1,
            "--out",
            folder.resolve("out"),
            "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("collected").asLong()).isEqualTo(Math.round(40 * accuracy));
    assertThat(folder.resolve("out/traces.jsonl"))
        .hasSameBinaryContentAs(learned.resolve("traces.jsonl"));
  }

  @Test
  void takesConversationsFromElsewhere() throws IOException {
    List<String> rows = new ArrayList<>();
    for (WordProblem problem : WordProblems.generate(7, 4)) {
      Map<String, String> user = Map.of("role", "user", "content", problem.question());
      String solution = SolutionStyle.STEPS.write(problem);
      Map<String, String> assistant = Map.of("role", "assistant", "content", solution);
      rows.add(JsonText.line(Map.of("messages", List.of(user, assistant))));
    }
    Path file = Files.write(folder.resolve("sft.jsonl"), rows);
    Path out = folder.resolve("out");

    CommandRun run =
        CommandRun.of(
            "compile", "--messages", file, "--held-out", 1, "--epochs", 1, "--out", out, "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("traces").asInt()).isEqualTo(4);
    assertThat(out.resolve("answer/adapter_model.safetensors")).isNotEmptyFile();
    List<JsonNode> given = CommandRun.jsonLines(file);
    List<JsonNode> written = CommandRun.jsonLines(out.resolve("messages.jsonl"));
    assertThat(written.stream().map(row -> row.get("messages")))
        .containsExactlyElementsOf(given.stream().map(row -> row.get("messages")).toList());

    Files.writeString(
        file,
        Files.readString(out.resolve("messages.jsonl"))
            .replace("\"prompt_ids\":[", "\"prompt_ids\":[5,"));
    CommandRun.of("compile", "--messages", file, "--held-out", 1, "--out", folder.resolve("other"))
        .assertRefused("expected in \"prompt_ids\" the ids of this model's prompt, found others");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|expected at least one trace to learn from, found none: of 0 solutions",
        "{\"question\":\"a?\"|malformed",
        "{\"question\":\"a?\",\"solution\":\"7\",\"completion_ids\":[5,99999,0],\"source\":\"x\"}"
            + "|found 99999",
        "{\"question\":\"a?\",\"solution\":\"other\",\"completion_ids\":[51,0],\"source\":\"x\"}"
            + "|of another model",
      })
  void refusesFilesThatHoldNoTraces(String row, String message) throws IOException {
    Path file = folder.resolve("traces.jsonl");
    Files.writeString(file, row == null ? "" : row + "\n", StandardCharsets.UTF_8);

    CommandRun run =
        CommandRun.of("compile", "--traces", file, "--held-out", 1, "--out", folder.resolve("out"));

    run.assertRefused("traces.jsonl", message);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "--run,--adapters",
    "--run,--max-chunks",
    "--traces,--chunk-size",
    "--traces,--temperature",
    "--messages,--temperature"
  })
  void refusesOptionsOfAFlowThatIsNotRun(String source, String option) {
    Path out = folder.resolve("out");

    CommandRun run = CommandRun.of("compile", source, folder, option, 1, "--out", out);

    run.assertRefused(option, "expected with --problems only, found beside " + source);
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesAFolderThatIsNotARunOfLearn() {
    List<CommandRun> runs = new ArrayList<>();
    runs.add(CommandRun.of("compile", "--run", folder, "--out", folder.resolve("out")));
    runs.add(
        CommandRun.of(
            "compile", "--problems", 1, "--adapters", folder, "--out", folder.resolve("out")));

    runs.get(0).assertRefused("traces.jsonl", "--run takes the folder");
    runs.get(1).assertRefused("answer or stop, found neither");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
