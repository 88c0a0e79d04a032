package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment on a real model, on the bundled one, which is enough to go through its arms. */
class RealCommandTest {
  @TempDir private Path folder;

  @Test
  void armsLeaveTheirResultsAndARunThatIsDoneIsRead() throws IOException {
    Object[] arguments = {
      "experiment",
      "real",
      "--set",
      "one-step",
      "--problems",
      4,
      "--held-out",
      1,
      "--seeds",
      1,
      "--arms",
      "group-relative,no-updates,offline-dpo",
      "--parallel",
      1,
      "--group",
      2,
      "--out",
      folder,
      "--resume",
      "--json"
    };
    CommandRun run = CommandRun.of(arguments);

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> results = run.jsonLines();
    assertThat(results)
        .extracting(result -> result.get("arm").asText())
        .containsExactly("group-relative", "no-updates", "offline-dpo");
    for (JsonNode result : results) {
      assertThat(result.get("outcomes").asText()).as("%s", result).hasSize(4);
    }
    // What comes before the first update is the same in every arm of the flow.
    String untrained = results.get(1).get("outcomes").asText().substring(0, 2);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.get("outcomes").asText()).startsWith(untrained));
    assertThat(Files.readString(folder.resolve("report.html"))).contains("offline DPO");
    assertThat(Files.readString(folder.resolve("settings.json")))
        .contains("\"set\": \"one-step\"", "\"group\": 2");

    CommandRun again = CommandRun.of(arguments);
    assertThat(again.jsonLines()).isEqualTo(results);
  }

  @Test
  void supervisedTrainingForAsLongAsTheMethodWantsItsTime() {
    List<Object> arguments =
        new ArrayList<>(
            List.of("experiment", "real", "--set", "one-step", "--problems", 4, "--held-out", 3));
    arguments.addAll(List.of("--seeds", 1, "--parallel", 1, "--group", 2, "--json"));
    arguments.addAll(List.of("--out", folder, "--resume", "--arms"));

    CommandRun alone = CommandRun.of(with(arguments, "supervised-as-long"));
    assertThat(alone.exitCode()).isNotZero();
    assertThat(alone.err()).contains("flow-dpo with seed 0", "name that arm first");

    CommandRun after = CommandRun.of(with(arguments, "flow-dpo,supervised-as-long"));
    assertThat(after.exitCode()).as(after.err()).isZero();
    JsonNode method = after.jsonLines().get(0);
    JsonNode control = after.jsonLines().get(1);
    assertThat(control.get("arm").asText()).isEqualTo("supervised-as-long");
    assertThat(control.get("outcomes").asText().length()).isEven().isGreaterThanOrEqualTo(2);
    assertThat(control.get("outcomes").asText())
        .startsWith(method.get("outcomes").asText().substring(0, 2));
    assertThat(control.get("heldOutOutcomes").asText()).hasSize(3);
  }

  @Test
  void whatTheFlowLearnedIsCompiledIntoASinglePass() {
    List<Object> arguments =
        new ArrayList<>(
            List.of("experiment", "real", "--set", "one-step", "--problems", 24, "--held-out", 3));
    arguments.addAll(List.of("--seeds", 1, "--parallel", 1, "--group", 8, "--json", "--compile"));
    arguments.addAll(List.of("--out", folder, "--resume", "--arms"));

    CommandRun without = CommandRun.of(with(arguments, "no-updates"));
    assertThat(without.exitCode()).isNotZero();
    assertThat(without.err()).contains("--compile: expected runs of flow-dpo");

    CommandRun run = CommandRun.of(with(arguments, "flow-dpo"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> compiled = run.jsonLines().subList(1, run.jsonLines().size());
    assertThat(compiled)
        .extracting(result -> result.get("kind").asText())
        .containsExactly("zero-shot", "self", "flow", "ground-truth-steps");
    assertThat(compiled).allMatch(result -> result.get("heldOutOutcomes").asText().length() == 3);
    assertThat(compiled.get(2).get("flowAccuracy").asDouble())
        .isEqualTo(run.jsonLines().get(0).get("heldOut").asDouble());
    assertThat(folder.resolve("report.html")).content().contains("Compiled into a single pass");
    assertThat(CommandRun.of(with(arguments, "flow-dpo")).jsonLines()).isEqualTo(run.jsonLines());
  }

  @Test
  void aRunGoesOnWithMoreProblemsAsIfItHadHadThem() {
    String arms = "flow-dpo,no-updates,single-pass,supervised-as-long";
    CommandRun few = CommandRun.of(growing(folder.resolve("grown"), 16, arms));
    assertThat(few.exitCode()).as(few.err()).isZero();
    CommandRun grown = CommandRun.of(growing(folder.resolve("grown"), 24, arms));
    assertThat(grown.exitCode()).as(grown.err()).isZero();
    CommandRun whole = CommandRun.of(growing(folder.resolve("whole"), 24, arms));

    List<JsonNode> results = grown.jsonLines();
    for (int i = 0; i < 3; i++) {
      for (String field : List.of("arm", "outcomes", "heldOutOutcomes", "answerUpdates", "nodes")) {
        assertThat(results.get(i).get(field))
            .as(field)
            .isEqualTo(whole.jsonLines().get(i).get(field));
      }
    }
    double seconds = results.get(0).get("learningSeconds").asDouble();
    assertThat(seconds).isGreaterThan(few.jsonLines().get(0).get("learningSeconds").asDouble());
    assertThat(results.get(3).get("learningSeconds").asDouble())
        .as("as long as both parts of the method's run")
        .isGreaterThanOrEqualTo(seconds);

    CommandRun fewer = CommandRun.of(growing(folder.resolve("grown"), 16, arms));
    assertThat(fewer.exitCode()).isNotZero();
    assertThat(fewer.err())
        .contains("\"problems\": expected 16 as now given, found 24", "or with more");
  }

  @Test
  void rolloutsThatAllComeFirstTakeNoMoreProblems() {
    CommandRun few = CommandRun.of(growing(folder, 4, "offline-dpo"));
    assertThat(few.exitCode()).as(few.err()).isZero();
    CommandRun more = CommandRun.of(growing(folder, 6, "offline-dpo"));
    assertThat(more.exitCode()).isNotZero();
    assertThat(more.err())
        .contains("offline-dpo", "expected 4 problems, as it began with, found 6");
  }

  private static Object[] growing(Path folder, int problems, String arms) {
    return new Object[] {
      "experiment",
      "real",
      "--set",
      "one-step",
      "--problems",
      problems,
      "--held-out",
      3,
      "--seeds",
      1,
      "--parallel",
      1,
      "--group",
      2,
      "--json",
      "--out",
      folder,
      "--resume",
      "--arms",
      arms
    };
  }

  private static Object[] with(List<Object> arguments, String arms) {
    List<Object> all = new ArrayList<>(arguments);
    all.add(arms);
    return all.toArray();
  }
}
