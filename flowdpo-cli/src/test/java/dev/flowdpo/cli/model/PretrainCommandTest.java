package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PretrainCommandTest {
  @TempDir private Path folder;

  @Test
  void makesAModelFolderWithItsCard() throws IOException {
    CommandRun run =
        CommandRun.of("pretrain", "--out", folder, "--share", 0.001, "--held-out", 24, "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(CommandRun.keys(run.json()))
        .containsExactly(
            "parameters",
            "problems",
            "flowAccuracy",
            "singlePassAccuracy",
            "meanChunks",
            "seconds");
    assertThat(run.json().get("parameters").asInt()).isBetween(500_000, 5_000_000);
    for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      assertThat(folder.resolve(file)).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("README.md")))
        .startsWith("---\nlicense: apache-2.0\n")
        .contains("| careless stops | 1 | 0.0007 |", "| all | 24 |", "## Limits")
        .containsPattern("\\n\\* \\d+\\.\\d %: ")
        .doesNotContain("%s", "%d");
    CommandRun solved = CommandRun.of("solve", "Ana has 5 pens.", "--model", folder);
    assertThat(solved.exitCode()).as(solved.err()).isZero();
  }
}
