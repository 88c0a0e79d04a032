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

class CalibrateCommandTest {
  @TempDir private Path folder;

  @Test
  void theBundledModelsOwnQuestionTellsBest() throws IOException {
    Path file = folder.resolve("stop.json");
    CommandRun run =
        CommandRun.of(
            "calibrate", "--problems", 8, "--question", "\nBlue?", "--out", file, "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonNode> rows = run.jsonLines();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).get("question").asText()).isEqualTo("\nFinished?");
    assertThat(rows.get(0).get("discrimination").asDouble()).isGreaterThan(0.8);
    assertThat(rows.get(0).get("reliable").asBoolean()).isTrue();
    JsonNode settings = CommandRun.parse(Files.readString(file));
    assertThat(settings.get("stop-question")).isEqualTo(rows.get(0).get("question"));
    assertThat(settings.get("stop-threshold")).isEqualTo(rows.get(0).get("threshold"));
    assertThat(settings.get("undecided-margin").asDouble()).isZero();
  }
}
