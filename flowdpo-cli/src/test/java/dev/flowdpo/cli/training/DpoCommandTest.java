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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DpoCommandTest {
  @TempDir private Path folder;

  @Test
  void learnsToPreferSteps() throws Exception {
    Path pairs = pairs(16);
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");

    CommandRun run = CommandRun.of(arguments(pairs, whole));
    KilledCommand.run(
        () ->
            Files.exists(killed.resolve("training.jsonl"))
                && Files.readAllLines(killed.resolve("training.jsonl")).size() > 3,
        arguments(pairs, killed));
    CommandRun resumed = CommandRun.of(arguments(pairs, killed));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    for (String file :
        List.of(
            "answer/adapter_model.safetensors",
            "answer/provenance.json",
            "training.jsonl",
            "run.json")) {
      assertThat(killed.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    JsonNode result = run.json();
    assertThat(result.get("pairs").asInt() + result.get("heldOutPairs").asInt()).isEqualTo(16);
    assertThat(result.get("loss").asDouble()).isLessThan(0.5 * result.get("lossBefore").asDouble());
    assertThat(result.get("rewardsAccuracies").asDouble()).isEqualTo(1);
    List<JsonNode> rows = CommandRun.jsonLines(whole.resolve("training.jsonl"));
    assertThat(CommandRun.keys(rows.get(1)))
        .containsExactly(
            "step",
            "epoch",
            "loss",
            "rewards/chosen",
            "rewards/rejected",
            "rewards/margins",
            "rewards/accuracies",
            "logps/chosen",
            "logps/rejected",
            "grad_norm",
            "learning_rate");
    assertThat(rows.get(0).get("eval_loss").asDouble()).isEqualTo(Math.log(2));
    goesOnFromItsAdapter(pairs, whole);
  }

  private void goesOnFromItsAdapter(Path pairs, Path adapters) {
    CommandRun next =
        CommandRun.of(
            "dpo",
            "--data",
            pairs,
            "--role",
            "answer",
            "--epochs",
            1,
            "--adapters",
            adapters,
            "--objective",
            "ipo",
            "--beta",
            0.1,
            "--out",
            folder.resolve("next"),
            "--json");

    assertThat(next.exitCode()).as(next.err()).isZero();
    assertThat(next.json().get("lossBefore").asDouble()).isEqualTo(25); // (0 - 1 / (2 · 0.1))²
  }

  private static Object[] arguments(Path pairs, Path out) {
    return new Object[] {
      "dpo",
      "--data",
      pairs,
      "--role",
      "answer",
      "--epochs",
      4,
      "--batch",
      4,
      "--learning-rate",
      1e-2,
      "--checkpoint-every",
      2,
      "--out",
      out,
      "--resume",
      "--json"
    };
  }

  /** Rows as from any other tool: texts alone. */
  private Path pairs(int count) throws IOException {
    List<String> rows = new ArrayList<>();
    for (WordProblem problem : WordProblems.generate(5, count)) {
      rows.add(
          JsonText.line(
              Map.of(
                  "prompt",
                  "Question: " + problem.question() + "\nSolution:\n",
                  "chosen",
                  SolutionStyle.STEPS.write(problem),
                  "rejected",
                  SolutionStyle.DIRECT.write(problem))));
    }
    return Files.write(folder.resolve("pairs.jsonl"), rows);
  }

  @Test
  void refusesPairsThatDoNotFit() throws IOException {
    Path pairs = pairs(2);
    CommandRun stop = dpo(pairs, "stop");
    CommandRun empty = dpo(Files.writeString(folder.resolve("empty.jsonl"), ""), "answer");
    CommandRun missing = dpo(folder.resolve("none.jsonl"), "answer");
    CommandRun outside =
        dpo(
            Files.writeString(
                folder.resolve("outside.jsonl"),
                "{\"prompt_ids\":[1],\"chosen_ids\":[2],\"rejected_ids\":[99999]}\n"),
            "answer");
    CommandRun adapters =
        CommandRun.of(
            "dpo",
            "--data",
            pairs,
            "--role",
            "answer",
            "--adapters",
            folder,
            "--out",
            folder.resolve("out"));

    assertThat(List.of(stop, empty, missing, outside, adapters))
        .allSatisfy(
            run -> {
              assertThat(run.exitCode()).isEqualTo(2);
              assertThat(run.err()).doesNotContain("\tat ");
            });
    assertThat(stop.err()).contains("expected pairs of role stop, found 2 pairs");
    assertThat(empty.err()).contains("empty.jsonl", "at least one preference pair");
    assertThat(missing.err()).contains("none.jsonl");
    assertThat(outside.err()).contains("outside.jsonl, line 1", "99999");
    assertThat(adapters.err()).contains("expected the adapter to start from");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private CommandRun dpo(Path pairs, String role) {
    return CommandRun.of("dpo", "--data", pairs, "--role", role, "--out", folder.resolve("out"));
  }
}
