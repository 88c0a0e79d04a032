package dev.flowdpo.cli.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's settings as a file that another run is made of. */
class SettingsFileTest {
  @TempDir private Path folder;

  private CommandRun learn(String run, Object... more) {
    Object[] words = new Object[more.length + 4];
    words[0] = "learn";
    words[1] = "--out";
    words[2] = folder.resolve(run);
    words[3] = "--json";
    System.arraycopy(more, 0, words, 4, more.length);
    return CommandRun.of(words);
  }

  private Path settings(String text) throws IOException {
    return Files.writeString(folder.resolve("edited.json"), text);
  }

  @Test
  void aRunOfAnothersSettingsIsTheSame() throws IOException {
    CommandRun first =
        learn(
            "first",
            "--problems",
            4,
            "--held-out",
            1,
            "--seed",
            5,
            "--chunk-size",
            6,
            "--beta",
            0.5,
            "--chosen-nll",
            0.1,
            "--schedule",
            "linear",
            "--answer-rate",
            2e-3,
            "--rollouts",
            2);
    assertThat(first.exitCode()).as(first.err()).isZero();
    Path settings = folder.resolve("first/settings.json");

    CommandRun again = learn("again", "--settings", settings);

    assertThat(again.exitCode()).as(again.err()).isZero();
    for (String file :
        List.of(
            "answer/adapter_model.safetensors",
            "stop/adapter_model.safetensors",
            "metrics.jsonl",
            "answer-pairs.jsonl",
            "traces.jsonl",
            "settings.json",
            "run.json")) {
      assertThat(folder.resolve("again").resolve(file))
          .as(file)
          .hasSameBinaryContentAs(folder.resolve("first").resolve(file));
    }
    assertThat(CommandRun.withoutTime(again.json()))
        .isEqualTo(CommandRun.withoutTime(first.json()));

    CommandRun control =
        learn("control", "--settings=" + settings, "--no-updates", "--problems", 1, "--seed", 6);
    assertThat(control.exitCode()).as(control.err()).isZero();
    JsonNode written = CommandRun.parse(Files.readString(folder.resolve("control/settings.json")));
    assertThat(written.get("problems").asInt()).isEqualTo(1);
    assertThat(written.get("seed").asInt()).isEqualTo(6);
    assertThat(written.get("no-updates").asBoolean()).isTrue();
    assertThat(written.get("answer-rate").asDouble()).isEqualTo(2e-3);
    assertThat(written.get("chunk-size").asInt()).isEqualTo(6);
  }

  @Test
  void whatIsNoSettingIsRefusedByItsName() throws IOException {
    learn("x", "--settings", settings("{\"chunk_size\": 4}"))
        .assertRefused("edited.json: \"chunk_size\": expected a setting of learn", "chunk-size");
    learn("x", "--settings", settings("{\"out\": \"elsewhere\"}"))
        .assertRefused("\"out\": expected a setting of learn");
    learn("x", "--settings", settings("{\"no-updates\": 1}"))
        .assertRefused("\"no-updates\": expected true or false, found 1");
    learn("x", "--settings", settings("{\"beta\": [1]}"))
        .assertRefused("\"beta\": expected a text, a number, true or false, found [1]");
    learn("x", "--settings", settings("{\"answer-rate\": \"fast\"}"))
        .assertRefused("--answer-rate: expected a number, found \"fast\"");
    learn("x", "--settings", settings("{\"problems\": \"many\"}")).assertRefused("--problems");
    learn("x", "--settings", settings("{\"command\": \"dpo\"}"))
        .assertRefused("\"command\": expected learn, found \"dpo\"");
    learn("x", "--settings", settings("[]")).assertRefused("expected a JSON object");
    learn("x", "--settings", folder.resolve("none.json")).assertRefused("none.json");
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
