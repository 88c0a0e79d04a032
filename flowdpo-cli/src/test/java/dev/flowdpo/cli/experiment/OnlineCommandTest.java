package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the learner of {@code experiment online} can be told. */
class OnlineCommandTest {
  @TempDir private Path folder;

  private CommandRun online(String run, Object... more) {
    Object[] words = new Object[more.length + 5];
    words[0] = "experiment";
    words[1] = "online";
    words[2] = "--out";
    words[3] = folder.resolve(run);
    words[4] = "--json";
    System.arraycopy(more, 0, words, 5, more.length);
    return CommandRun.of(words);
  }

  private CommandRun small(String run, Object... more) {
    Object[] words = new Object[more.length + 12];
    Object[] small = {
      "--problems", 12, "--held-out", 1, "--seeds", 1, "--parallel", 1, "--group", 4, "--arms"
    };
    System.arraycopy(small, 0, words, 0, small.length);
    words[small.length] = "flow-dpo";
    System.arraycopy(more, 0, words, small.length + 1, more.length);
    return online(run, words);
  }

  private JsonNode file(String run, String name) throws IOException {
    return CommandRun.parse(Files.readString(folder.resolve(run).resolve(name)));
  }

  @Test
  void anExperimentOfAnothersSettingsIsTheSame() throws IOException {
    CommandRun first =
        small(
            "first",
            "--schedule",
            "linear",
            "--answer-rate",
            2e-3,
            "--chosen-nll",
            0.1,
            "--most-varied",
            1,
            "--checkpoint-every",
            4);
    assertThat(first.exitCode()).as(first.err()).isZero();
    JsonNode settings = file("first", "settings.json");
    assertThat(settings.get("problems").asInt()).isEqualTo(12);
    assertThat(settings.get("schedule").asText()).isEqualTo("linear");
    assertThat(settings.get("stop-rate").asDouble()).isEqualTo(5e-4);

    CommandRun again = online("again", "--settings", folder.resolve("first/settings.json"));

    assertThat(again.exitCode()).as(again.err()).isZero();
    for (String name :
        new String[] {
          "settings.json",
          "experiment.json",
          "runs/flow-dpo/seed-0/metrics.jsonl",
          "runs/flow-dpo/seed-0/answer/adapter_model.safetensors"
        }) {
      assertThat(folder.resolve("again").resolve(name))
          .as(name)
          .hasSameBinaryContentAs(folder.resolve("first").resolve(name));
    }
    assertThat(Files.readString(folder.resolve("first/runs/flow-dpo/seed-0/checkpoint/latest")))
        .startsWith("problems-12");
    small("first", "--chosen-nll", 0.2, "--resume").assertRefused("experiment.json");
  }

  @Test
  void aFallingRateIsNoughtAtTheLastProblem() throws IOException {
    CommandRun falling = small("falling", "--schedule", "linear", "--rollouts", 2);
    assertThat(falling.exitCode()).as(falling.err()).isZero();

    JsonNode described = file("falling", "experiment.json");
    assertThat(described.toString())
        .contains("totalProblems=12", "schedule=LINEAR", "rolloutsPerNode=2")
        .contains("\"rule\":\"ContrastPairs", "\"flow\":\"FlowOptions");
    double[] rates =
        Files.readAllLines(folder.resolve("falling/runs/flow-dpo/seed-0/metrics.jsonl")).stream()
            .map(CommandRun::parse)
            .filter(row -> row.get("role").asText().equals("answer"))
            .mapToDouble(row -> row.get("learning_rate").asDouble())
            .toArray();
    assertThat(rates).hasSizeGreaterThan(1).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(rates[0]).isBetween(5e-4, 9e-4);
    assertThat(rates[rates.length - 1]).isZero();
  }
}
