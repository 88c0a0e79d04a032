package dev.flowdpo.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of clusters where nothing on the class path reaches one. */
class ClusterOptionsTest {

  @Test
  void aClusterThatNothingReachesIsRefused(@TempDir Path folder) {
    Path out = folder.resolve("out");
    CommandRun run = CommandRun.of("learn", "--master", "local[2]", "--out", out);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("--master local[2]: found nothing that reaches a cluster")
        .contains("dev.flowdpo:flowdpo-spark")
        .contains("docs/spark.md");
    assertThat(out).doesNotExist();
  }

  @Test
  void aTaskHasAtLeastOneProblem(@TempDir Path folder) {
    CommandRun run =
        CommandRun.of("learn", "--problems-per-task", 0, "--out", folder.resolve("out"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--problems-per-task");
  }
}
