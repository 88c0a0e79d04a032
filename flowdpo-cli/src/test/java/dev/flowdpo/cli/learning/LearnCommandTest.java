package dev.flowdpo.cli.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.KilledCommand;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LearnCommandTest {
  private static final List<String> FILES_OF_A_RUN =
      List.of(
          "answer/adapter_config.json",
          "answer/adapter_model.safetensors",
          "stop/adapter_config.json",
          "stop/adapter_model.safetensors",
          "metrics.jsonl",
          "answer-pairs.jsonl",
          "stop-pairs.jsonl",
          "traces.jsonl",
          "settings.json",
          "run.json");

  @TempDir private Path folder;

  @Test
  void aRunThatWasKilledEndsAsOneThatWasNot() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");

    CommandRun uninterrupted = CommandRun.of(arguments(whole));
    runUntilKilled(killed);
    CommandRun resumed = CommandRun.of(arguments(killed));

    assertThat(uninterrupted.exitCode()).as(uninterrupted.err()).isZero();
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    for (String file : FILES_OF_A_RUN) {
      assertThat(killed.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(CommandRun.withoutTime(resumed.json()))
        .isEqualTo(CommandRun.withoutTime(uninterrupted.json()));
    assertResult(whole, uninterrupted.json());
    assertMetrics(whole, uninterrupted.json());
    assertThat(lines(whole.resolve("answer-pairs.jsonl")))
        .isPositive()
        .isEqualTo(uninterrupted.json().get("pairsAnswer").asInt());
    assertThat(lines(whole.resolve("stop-pairs.jsonl")))
        .isPositive()
        .isEqualTo(uninterrupted.json().get("pairsStop").asInt());
    assertThat(ImageIO.read(whole.resolve("progressive-validation.png").toFile()).getWidth())
        .isEqualTo(1200);
    CommandRun solved =
        CommandRun.of("solve", "Ana has 5 pens. She buys 2. How many?", "--adapters", whole);
    assertThat(solved.exitCode()).as(solved.err()).isZero();
  }

  private static Object[] arguments(Path out) {
    return new Object[] {
      "learn",
      "--problems",
      48,
      "--held-out",
      8,
      "--checkpoint-every",
      32,
      "--out",
      out,
      "--resume",
      "--json"
    };
  }

  /**
   * Runs the command in a process of its own and kills that amid the updates after a checkpoint.
   */
  private static void runUntilKilled(Path out) throws Exception {
    Path latest = out.resolve("checkpoint/latest");
    AtomicLong atCheckpoint = new AtomicLong(-1);
    KilledCommand.run(
        () -> {
          if (atCheckpoint.get() < 0 && Files.exists(latest)) {
            atCheckpoint.set(lines(out.resolve("metrics.jsonl")));
          }
          return atCheckpoint.get() >= 0
              && lines(out.resolve("metrics.jsonl")) > atCheckpoint.get();
        },
        arguments(out));
    assertThat(Files.readString(latest)).contains("32");
    assertThat(out.resolve("result.json")).doesNotExist();
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private static void assertResult(Path run, JsonNode result) throws IOException {
    assertThat(CommandRun.keys(result))
        .containsExactly(
            "problems",
            "pairsAnswer",
            "pairsStop",
            "updates",
            "progressiveAccuracy",
            "progressiveAccuracyFirst200",
            "progressiveAccuracyLast200",
            "heldOutBefore",
            "heldOutAfter",
            "heldOutProblems",
            "meanChunks",
            "verifierFailures",
            "undecidedStops",
            "nodes",
            "nodesWithoutContrast",
            "seconds",
            "settings");
    assertThat(result.at("/settings/fit").asText()).isEqualTo("the bundled model");
    assertThat(result.at("/settings/values/answer-rate").asDouble()).isEqualTo(1e-3);
    assertThat(result.get("problems").asInt()).isEqualTo(48);
    assertThat(result.get("heldOutProblems").asInt()).isEqualTo(8);
    assertThat(CommandRun.parse(Files.readString(run.resolve("result.json")))).isEqualTo(result);
    assertThat(CommandRun.parse(Files.readString(run.resolve("run.json"))).get("heldOutBefore"))
        .isEqualTo(result.get("heldOutBefore"));
  }

  private static void assertMetrics(Path run, JsonNode result) throws IOException {
    List<JsonNode> rows = CommandRun.jsonLines(run.resolve("metrics.jsonl"));
    assertThat(rows).hasSize(result.get("updates").asInt()).isNotEmpty();
    for (JsonNode row : rows) {
      assertThat(CommandRun.keys(row))
          .contains(
              "role",
              "update",
              "problems",
              "loss",
              "rewards/chosen",
              "rewards/rejected",
              "rewards/margins",
              "rewards/accuracies",
              "logps/chosen",
              "logps/rejected",
              "learning_rate",
              "progressive_accuracy",
              "verifier_failures");
      assertThat(row.get("rewards/margins").asDouble())
          .isCloseTo(
              row.get("rewards/chosen").asDouble() - row.get("rewards/rejected").asDouble(),
              within(1e-9));
    }
  }

  @Test
  void aControlRunOnAFileLeavesTheModelAsItIs() throws IOException {
    Path data = problems(20);
    CommandRun run =
        CommandRun.of(
            "learn",
            "--data",
            data,
            "--problems",
            99,
            "--no-updates",
            "--out",
            folder.resolve("run"),
            "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("problems").asInt()).isEqualTo(16);
    assertThat(run.json().get("heldOutProblems").asInt()).isEqualTo(4);
    assertThat(run.json().get("updates").asInt()).isZero();
    assertThat(run.json().get("heldOutAfter")).isEqualTo(run.json().get("heldOutBefore"));
    assertThat(run.err()).contains("fewer than --problems 99");
  }

  private Path problems(int count) throws IOException {
    return Files.writeString(
        folder.resolve("problems.jsonl"),
        WordProblems.generate(5, count).stream()
            .map(WordProblem::toProblem)
            .map(LearnCommandTest::row)
            .collect(Collectors.joining("\n")));
  }

  private static String row(Problem problem) {
    return JsonText.line(
        Map.of("question", problem.question(), "answer", problem.answer().orElseThrow()));
  }

  @Test
  void aFileIsReadAsTheOptionsSay() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("meta.json"),
            IntStream.range(0, 12)
                .mapToObj(
                    i ->
                        "{\"query\": \"Ana has %d pens. She buys 2. How many?\", \"response\": \"So.\\nThe answer is: %d\"}"
                            .formatted(i, i + 2))
                .collect(Collectors.joining(",\n", "[", "]")));
    Object[] arguments = {
      "learn",
      "--data",
      data,
      "--format",
      "metamath",
      "--shuffle-seed",
      3,
      "--limit",
      10,
      "--no-updates",
      "--out",
      folder.resolve("run"),
      "--json"
    };
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("problems").asInt()).isEqualTo(8);
    assertThat(run.json().get("heldOutProblems").asInt()).isEqualTo(2);
    assertThat(folder.resolve("run/answer-pairs.jsonl")).isEmptyFile();
    assertThat(folder.resolve("run/stop-pairs.jsonl")).isEmptyFile();

    arguments[6] = 4;
    arguments[9] = "--resume";
    CommandRun other = CommandRun.of(arguments);
    other.assertRefused("\"shuffleSeed\": expected 4 as now given, found 3");

    CommandRun none = CommandRun.of("learn", "--format", "math", "--out", folder.resolve("x"));
    none.assertRefused("expected a file as --data, found none");
  }

  @Test
  void refusesAFolderWithAnotherRun() throws IOException {
    Path out = folder.resolve("run");
    Object[] first = {
      "learn", "--problems", 1, "--held-out", 1, "--no-updates", "--out", out, "--seed", 1
    };
    assertThat(CommandRun.of(first).exitCode()).isZero();

    CommandRun again = CommandRun.of(first);
    CommandRun other = CommandRun.of("learn", "--out", out, "--resume", "--seed", 2);

    again.assertRefused("--resume", "--overwrite");
    other.assertRefused("\"seed\": expected 2 as now given, found 1");
  }

  @Test
  void refusesBadInputBeforeItTouchesTheFolder() throws IOException {
    Path out = folder.resolve("run");
    Path malformed = Files.writeString(folder.resolve("malformed.jsonl"), "{\"question\":");
    Path single =
        Files.writeString(folder.resolve("single.jsonl"), "{\"question\":\"a\",\"answer\":\"1\"}");
    for (Path data : List.of(malformed, single, folder.resolve("none.jsonl"))) {
      CommandRun run = CommandRun.of("learn", "--data", data, "--out", out);

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(data.toString()).hasLineCount(1);
      assertThat(out).doesNotExist();
    }
    CommandRun file = CommandRun.of("learn", "--out", malformed);
    file.assertRefused("found a file");
  }
}
