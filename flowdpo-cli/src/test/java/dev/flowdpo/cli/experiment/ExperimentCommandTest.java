package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.cli.KilledCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class ExperimentCommandTest {
  private static final String ARMS = "flow-dpo,no-updates,single-pass";

  @TempDir private static Path shared;
  private static Path online;
  private static CommandRun onlineRun;

  @TempDir private Path folder;

  /** Two seeds of three arms, two runs at a time. */
  @BeforeAll
  static void runOnline() {
    online = shared.resolve("online");
    onlineRun = CommandRun.of(online(online, 16, 2, "--arms", ARMS, "--parallel", 2, "--json"));
    assertThat(onlineRun.exitCode()).as(onlineRun.err()).isZero();
  }

  @Test
  void onlineWritesEverythingThatItMeasured() throws IOException {
    List<JsonNode> results = results(online);
    assertThat(results)
        .extracting(result -> result.get("arm").asText() + " " + result.get("seed").asInt())
        .containsExactly(
            "flow-dpo 0",
            "no-updates 0",
            "single-pass 0",
            "flow-dpo 1",
            "no-updates 1",
            "single-pass 1");
    assertThat(onlineRun.jsonLines()).isEqualTo(results);
    for (JsonNode result : results) {
      boolean learned = result.get("arm").asText().equals("flow-dpo");
      assertThat(result.get("outcomes").asText()).matches("[01]{16}");
      assertThat(result.get("heldOutProblems").asInt()).isEqualTo(8);
      assertThat(sum(result.get("mistakes"))).isEqualTo(8);
      assertThat(result.get("mistakes").path("NONE").asInt() / 8.0)
          .isEqualTo(result.get("heldOut").asDouble());
      assertThat(result.get("answerUpdates").asInt() > 0).isEqualTo(learned);
      Path run = run(online, result);
      assertThat(Files.exists(run.resolve("answer/adapter_model.safetensors"))).isEqualTo(learned);
      assertThat(Files.exists(run.resolve("stop/adapter_model.safetensors"))).isEqualTo(learned);
      assertThat(Files.readAllLines(run.resolve("problems.jsonl"))).hasSize(16);
      assertThat(CommandRun.parse(Files.readString(run.resolve("result.json")))).isEqualTo(result);
      if (learned) {
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
            .hasSize(result.get("answerUpdates").asInt() + result.get("stopUpdates").asInt());
      }
    }
    assertParts(online);
    // The trees of the first four problems and of the last four, of the first seed.
    assertThat(Files.readAllLines(online.resolve("trees.jsonl"))).hasSize(8);
    String report = Files.readString(online.resolve("report.html"));
    assertThat(report).contains("flow, online DPO", "flow, no updates", "single pass");
    assertThat(report).doesNotContain("src=\"http").doesNotContain("href=\"http");
  }

  @Test
  void theSameCommandElsewhereGivesTheSameHoweverManyRunsAtATime() throws IOException {
    Path other = folder.resolve("other");
    CommandRun again = CommandRun.of(online(other, 16, 2, "--arms", ARMS, "--parallel", 1));
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertSameExperiment(other, online);
  }

  @Test
  void whatWasLostInAKillIsMadeAgain() throws IOException {
    Path killed = copy(online, folder.resolve("killed"));
    // One run was killed amid its measurement, one before its first checkpoint, one had not begun.
    Files.delete(killed.resolve("runs/flow-dpo/seed-0/result.json"));
    Path unfinished = killed.resolve("runs/no-updates/seed-0");
    Files.delete(unfinished.resolve("result.json"));
    delete(unfinished.resolve("checkpoint"));
    Files.writeString(unfinished.resolve("problems.jsonl"), "{\"correct\":true,\"chu");
    delete(killed.resolve("runs/single-pass/seed-1"));
    delete(killed.resolve("results.jsonl"));
    delete(killed.resolve("tables"));

    CommandRun resumed = CommandRun.of(online(killed, 16, 2, "--arms", ARMS, "--resume"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertSameExperiment(killed, online);
  }

  @Test
  void aRunGoesOnFromItsCheckpoint() throws IOException {
    Path whole = folder.resolve("whole");
    CommandRun first = CommandRun.of(online(whole, 64, 1, "--arms", "no-updates"));
    assertThat(first.exitCode()).as(first.err()).isZero();
    // Half of the way the run stands where one with half the problems ends.
    Path shorter = folder.resolve("shorter");
    CommandRun.of(online(shorter, 32, 1, "--arms", "no-updates"));
    Path killed = folder.resolve("killed");
    Path half = killed.resolve("runs/no-updates/seed-0");
    Files.createDirectories(half.getParent());
    copy(shorter.resolve("runs/no-updates/seed-0"), half);
    Files.copy(whole.resolve("experiment.json"), killed.resolve("experiment.json"));
    delete(half.resolve("result.json"));

    CommandRun resumed = CommandRun.of(online(killed, 64, 1, "--arms", "no-updates", "--resume"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(results(killed).stream().map(CommandRun::withoutTime).toList())
        .isEqualTo(results(whole).stream().map(CommandRun::withoutTime).toList());
    assertThat(half.resolve("problems.jsonl"))
        .hasSameBinaryContentAs(whole.resolve("runs/no-updates/seed-0/problems.jsonl"));
  }

  @Test
  @Tag("long")
  void anExperimentWhoseProcessWasKilledResumesToTheSame() throws Exception {
    Path killed = folder.resolve("killed");
    Object[] arguments = online(killed, 16, 2, "--arms", ARMS, "--parallel", 1, "--resume");
    KilledCommand.run(
        () -> Files.exists(killed.resolve("runs/no-updates/seed-0/problems.jsonl")), arguments);
    assertThat(killed.resolve("runs/flow-dpo/seed-0/result.json")).exists();
    assertThat(killed.resolve("results.jsonl")).doesNotExist();

    CommandRun resumed = CommandRun.of(arguments);
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertSameExperiment(killed, online);
  }

  @Test
  void anArmNamedTwiceRunsOnce() throws IOException {
    CommandRun run =
        CommandRun.of(online(folder.resolve("x"), 4, 1, "--arms", "no-updates,no-updates"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(results(folder.resolve("x"))).hasSize(1);
  }

  @Test
  void chunkSizeComparesFlowsOfDifferentChunks() throws IOException {
    Path out = folder.resolve("chunks");
    CommandRun run =
        CommandRun.of(
            "experiment",
            "chunk-size",
            "--sizes",
            "8,48",
            "--problems",
            8,
            "--held-out",
            8,
            "--seeds",
            1,
            "--out",
            out,
            "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> results = results(out);
    assertThat(run.jsonLines()).isEqualTo(results);
    assertThat(results)
        .extracting(result -> result.get("chunkSize").asInt())
        .containsExactly(8, 48);
    assertThat(results).extracting(result -> result.get("maxChunks").asInt()).containsExactly(6, 1);
    for (JsonNode result : results) {
      assertThat(result.get("before").asDouble()).isBetween(0.0, 1.0);
      assertThat(result.get("chunks").asDouble())
          .isBetween(1.0, (double) result.get("maxChunks").asInt());
      assertThat(result.get("tokens").asDouble()).isBetween(1.0, 48.0);
    }
    assertParts(out);
  }

  @Test
  void compileComparesAdaptersTrainedOnDifferentTraces() throws IOException {
    Path out = folder.resolve("compile");
    Object[] arguments = {
      "experiment",
      "compile",
      "--distributions",
      "misleading",
      "--problems",
      16,
      "--held-out",
      8,
      "--seeds",
      1,
      "--out",
      out,
      "--json",
      "--resume"
    };
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> results = results(out);
    assertThat(run.jsonLines()).isEqualTo(results);
    assertThat(results)
        .extracting(result -> result.get("kind").asText())
        .containsExactly("zero-shot", "ground-truth-mixed", "self", "flow", "ground-truth-steps");
    for (JsonNode result : results) {
      boolean trained = !result.get("kind").asText().equals("zero-shot");
      boolean truth = result.get("kind").asText().startsWith("ground-truth");
      assertThat(result.get("heldOut").asInt()).isEqualTo(8);
      assertThat(result.get("accuracy").asDouble()).isEqualTo(result.get("correct").asInt() / 8.0);
      assertThat(result.get("steps").asInt() > 0).isEqualTo(trained);
      assertThat(result.get("traces").asInt()).isBetween(trained ? 1 : 0, trained ? 16 : 0);
      if (truth) {
        assertThat(result.get("traces").asInt()).isEqualTo(16);
      }
      assertThat(result.get("flowAccuracy").isNumber())
          .isEqualTo(result.get("kind").asText().equals("flow"));
    }
    assertParts(out);

    // Killed after the flow had learned and before its traces were trained on.
    Path runs = out.resolve("runs/misleading/seed-0");
    delete(runs.resolve("flow"));
    delete(runs.resolve("ground-truth-steps"));
    delete(out.resolve("results.jsonl"));
    CommandRun resumed = CommandRun.of(arguments);
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(results(out)).isEqualTo(results);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "online --arms nonsense | --arms: expected some of",
        "online --arms flow-dpo,nonsense | found \"nonsense\"",
        "online --problems 0 | --problems: expected at least 1, found 0",
        "online --held-out 0 | --held-out: expected at least 1, found 0",
        "online --seeds 0 | --seeds: expected at least 1, found 0",
        "online --parallel 0 | --parallel: expected at least 1, found 0",
        "online --rollouts -1 | rolloutsPerNode: expected",
        "online --preset nonsense | --preset: expected measured or paper, found \"nonsense\"",
        "online --distribution nonsense | nonsense",
        "online --resume --overwrite | expected --resume or --overwrite, found both",
        "chunk-size --sizes 0 | --sizes: expected at least 1, found 0",
        "chunk-size --tokens 0 | --tokens: expected at least 1, found 0",
        "compile --problems 0 | --problems: expected at least 1, found 0",
        "compile --preset nonsense | --preset: expected measured or paper",
        "compile --distributions nonsense | nonsense"
      })
  void badInputIsRefusedBeforeTheFolderIsMade(String arguments, String message) {
    Path out = folder.resolve("out");
    List<Object> line = new ArrayList<>(List.of("experiment"));
    line.addAll(Arrays.asList(arguments.split(" ")));
    line.addAll(List.of("--out", out));
    CommandRun.of(line.toArray()).assertRefused(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void anExperimentMustBeNamed() {
    CommandRun none = CommandRun.of("experiment");
    none.assertRefused("online", "compile", "chunk-size");
    CommandRun unknown = CommandRun.of("experiment", "nonsense");
    unknown.assertRefused("nonsense");
    CommandRun nowhere = CommandRun.of("experiment", "online");
    nowhere.assertRefused("--out");
  }

  @Test
  void anExistingExperimentIsNeitherOverwrittenNorMistakenForAnother() {
    CommandRun again = CommandRun.of(online(online, 16, 2));
    again.assertRefused(online.toString(), "--resume", "--overwrite");
    CommandRun shorter = CommandRun.of(online(online, 8, 2, "--resume"));
    assertThat(shorter.exitCode()).isEqualTo(2);
    assertThat(shorter.err())
        .contains("experiment.json", "\"problems\": expected 8 as now given, found 16");
    CommandRun seeds = CommandRun.of(online(online, 16, 1, "--resume"));
    seeds.assertRefused("\"seeds\": expected [0] as now given, found [0, 1]");
    CommandRun other =
        CommandRun.of(
            "experiment",
            "chunk-size",
            "--problems",
            16,
            "--held-out",
            8,
            "--seeds",
            2,
            "--out",
            online,
            "--resume");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err())
        .contains("\"experiment\": expected chunk-size as now given, found online");
  }

  @Test
  void aFileIsNoFolderForAnExperiment() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    for (String experiment : List.of("online", "compile", "chunk-size")) {
      CommandRun run =
          CommandRun.of("experiment", experiment, "--problems", 1, "--overwrite", "--out", file);
      run.assertRefused(file.toString(), "found a file");
    }
    assertThat(file).hasContent("mine");
  }

  private static Object[] online(Path out, int problems, int seeds, Object... more) {
    List<Object> line =
        new ArrayList<>(
            List.of(
                "experiment",
                "online",
                "--problems",
                problems,
                "--held-out",
                8,
                "--seeds",
                seeds,
                "--out",
                out));
    line.addAll(Arrays.asList(more));
    return line.toArray();
  }

  private static List<JsonNode> results(Path experiment) throws IOException {
    return Files.readAllLines(experiment.resolve("results.jsonl")).stream()
        .map(CommandRun::parse)
        .toList();
  }

  private static Path run(Path experiment, JsonNode result) {
    return experiment.resolve(
        "runs/" + result.get("arm").asText() + "/seed-" + result.get("seed").asInt());
  }

  /** Asserts that all but the times is equal: figures, outcomes, adapters and trees. */
  private static void assertSameExperiment(Path found, Path expected) throws IOException {
    assertThat(results(found).stream().map(CommandRun::withoutTime).toList())
        .isEqualTo(results(expected).stream().map(CommandRun::withoutTime).toList());
    assertThat(found.resolve("trees.jsonl"))
        .hasSameBinaryContentAs(expected.resolve("trees.jsonl"));
    for (JsonNode result : results(expected)) {
      Path run = run(found, result);
      Path expectedRun = run(expected, result);
      Map<String, Path> foundFiles = filesWithoutTime(run);
      Map<String, Path> expectedFiles = filesWithoutTime(expectedRun);
      assertThat(foundFiles.keySet()).isEqualTo(expectedFiles.keySet());
      expectedFiles.forEach(
          (file, path) -> {
            if (file.endsWith(".safetensors")
                || file.endsWith(".jsonl")
                || file.startsWith("trees")) {
              assertThat(foundFiles.get(file)).hasSameBinaryContentAs(path);
            }
          });
    }
  }

  /** Returns files by their names, without the time at which a version of adapters was made. */
  private static Map<String, Path> filesWithoutTime(Path below) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    files(below)
        .forEach(
            name ->
                files.put(
                    name.replaceFirst("versions/(\\d+)-\\d+/", "versions/$1/"),
                    below.resolve(name)));
    return files;
  }

  /** Asserts that the report and its parts are there and can be read. */
  private static void assertParts(Path experiment) throws IOException {
    assertThat(Files.readString(experiment.resolve("report.html")))
        .startsWith("<!DOCTYPE html>")
        .contains("</html>");
    Set<String> tables = files(experiment.resolve("tables"));
    assertThat(tables).anyMatch(name -> name.endsWith(".csv"));
    for (String name : tables) {
      if (name.endsWith(".csv")) {
        assertThat(tables).contains(name.replace(".csv", ".md"));
        assertThat(Files.readAllLines(experiment.resolve("tables").resolve(name)))
            .hasSizeGreaterThan(1);
      }
    }
    Set<String> plots = files(experiment.resolve("plots"));
    assertThat(plots).isNotEmpty().allMatch(name -> name.endsWith(".png"));
    for (String name : plots) {
      assertThat(ImageIO.read(experiment.resolve("plots").resolve(name).toFile()).getWidth())
          .isGreaterThan(300);
    }
  }

  private static int sum(JsonNode counts) {
    int sum = 0;
    for (JsonNode count : counts) {
      sum += count.asInt();
    }
    return sum;
  }

  /** Returns all files below the folder, relative to it. */
  private static Set<String> files(Path below) throws IOException {
    try (Stream<Path> all = Files.walk(below)) {
      Set<String> names = new TreeSet<>();
      all.filter(Files::isRegularFile)
          .forEach(file -> names.add(below.relativize(file).toString()));
      return names;
    }
  }

  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      all.forEach(
          path -> {
            try {
              Files.copy(path, to.resolve(from.relativize(path).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return to;
  }

  private static void delete(Path path) throws IOException {
    MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
