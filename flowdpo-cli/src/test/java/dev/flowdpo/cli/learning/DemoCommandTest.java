package dev.flowdpo.cli.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void solvesLearnsAndTellsTheAccuracyBeforeAndAfter() {
    Object[] arguments = {"demo", "--problems", 8, "--held-out", 8, "--out", folder, "--progress"};

    CommandRun run = CommandRun.of(arguments);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("finished?", "% before", "% after");
    assertThat(folder.resolve("answer/adapter_model.safetensors")).exists();
    assertThat(CommandRun.of(arguments).exitCode()).as("a second time").isZero();
  }
}
