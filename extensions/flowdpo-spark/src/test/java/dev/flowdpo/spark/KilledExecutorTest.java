package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Learning on executors that are processes of their own, one of which is killed half-way. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@EnabledForJreRange(
    max = JRE.JAVA_23,
    disabledReason = "Spark 4.1's executors do not start on later ones: Hadoop calls what is gone")
class KilledExecutorTest {

  @Test
  void aKilledExecutorChangesNothing(@TempDir Path folder) throws Exception {
    List<Problem> problems = Runs.problems(16);
    Path pid = folder.resolve("pid");
    KillableSampler sampler = new KillableSampler(problems.get(10).id(), pid.toString());
    Runs.Result local = Runs.learn(RolloutExecutor.local(2), folder.resolve("local"), 16);
    try (JavaSparkContext spark = Clusters.processes(folder, 2);
        SparkRolloutExecutor cluster =
            SparkRolloutExecutor.builder(spark, Runs.VERIFIER).problemsPerTask(2).build()) {
      CompletableFuture<Boolean> killed = CompletableFuture.supplyAsync(() -> kill(pid));
      Runs.Result remote =
          Runs.learn(cluster, folder.resolve("spark"), problems, b -> b.sampler(sampler));
      assertThat(killed.get(1, TimeUnit.MINUTES)).isTrue();
      assertThat(remote.adapters()).isEqualTo(local.adapters());
      assertThat(remote.report().progress()).isEqualTo(local.report().progress());
    }
  }

  private static boolean kill(Path file) {
    try {
      while (!Files.exists(file)) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      long pid = Long.parseLong(Files.readString(file));
      assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
      return ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
