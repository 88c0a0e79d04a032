package dev.flowdpo.examples.spark;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.spark.SparkFlows;
import dev.flowdpo.spark.SparkRolloutExecutor;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Learns from a data set with rollouts on a cluster, and measures what came of it there. */
public final class LearnOnCluster {
  private LearnOnCluster() {}

  /**
   * Learns and evaluates.
   *
   * @param arguments a file of JSON lines with {@code question} and {@code answer}, and the folder
   *     for the adapters
   * @throws IOException if Spark cannot be closed
   */
  public static void main(String[] arguments) throws IOException {
    Path adapters = Path.of(arguments[1]);
    VerifierFactory verifier = MathAnswerVerifier::new;
    try (SparkSession spark = SparkSession.builder().appName("learn on cluster").getOrCreate()) {
      Dataset<Row> data = spark.read().json(arguments[0]);
      List<Problem> problems =
          data.collectAsList().stream()
              .map(row -> Problem.of(row.getAs("question"), row.getAs("answer")))
              .toList();

      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      try (Flow flow = Flow.builder().build();
          RolloutExecutor cluster = SparkRolloutExecutor.builder(context, verifier).build();
          OnlineLearner learner =
              flow.learner().verifier(verifier.create()).executor(cluster).build()) {
        LearningReport report = learner.learn(problems);
        System.out.println(report.progress());
        learner.save(adapters);
      }

      try (SparkFlows learned = SparkFlows.builder().adapters(adapters).build()) {
        System.out.println(learned.evaluate(data, verifier));
        learned.traces(data, verifier).write().text(adapters.resolve("traces").toString());
        spark.udf().register("solve", learned.solver());
        data.createOrReplaceTempView("problems");
        spark.sql("select question, solve(question) from problems limit 2").show(false);
      }
    }
  }
}
