package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code learn}, here and with {@code --master}. */
class LearnOnSparkTest {

  @Test
  void leavesTheSameFilesAsWithoutACluster(@TempDir Path folder) {
    String master = "local[2]";
    System.setProperty("spark.ui.enabled", "false");
    try {
      learn(folder.resolve("local"), "--problems-per-task", "3");
      learn(folder.resolve("spark"), "--problems-per-task", "3", "--master", master);
    } finally {
      System.clearProperty("spark.ui.enabled");
    }
    for (String file :
        List.of(
            "answer/adapter_model.safetensors",
            "stop/adapter_model.safetensors",
            "answer-pairs.jsonl",
            "stop-pairs.jsonl",
            "traces.jsonl",
            "metrics.jsonl",
            "run.json")) {
      assertThat(folder.resolve("spark").resolve(file))
          .as(file)
          .hasSameBinaryContentAs(folder.resolve("local").resolve(file));
    }
  }

  private static void learn(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("learn", "--problems", "16", "--held-out", "4", "--out", out.toString()));
    arguments.addAll(Arrays.asList(more));
    StringWriter err = new StringWriter();
    int exitCode =
        FlowDpo.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    assertThat(exitCode).as(err.toString()).isZero();
  }
}
