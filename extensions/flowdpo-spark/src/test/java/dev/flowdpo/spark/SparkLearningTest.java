package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.RolloutExecutor;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Learning whose rollouts run on Spark, in this process. */
class SparkLearningTest {
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = Clusters.local();
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void adaptersAreThoseOfALocalRun(@TempDir Path folder) {
    Runs.Result local = Runs.learn(RolloutExecutor.local(3), folder.resolve("local"), 16);
    try (SparkRolloutExecutor cluster =
        SparkRolloutExecutor.builder(spark, Runs.VERIFIER).problemsPerTask(3).build()) {
      Runs.Result remote = Runs.learn(cluster, folder.resolve("spark"), 16);
      assertThat(remote.report().progress()).isEqualTo(local.report().progress());
      assertThat(remote.report().progress().answerUpdates()).isPositive();
      assertThat(remote.adapters()).isEqualTo(local.adapters()).hasSizeGreaterThan(3);
      assertThat(cluster.figures().rounds()).isEqualTo(2);
      assertThat(cluster.figures().problems()).isEqualTo(16);
      assertThat(cluster.figures().versions()).isEqualTo(2);
      System.out.println(cluster.figures());
    }
  }
}
