package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.RolloutExecutorProvider;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Starts a Spark application for {@code learn --master}, which the executor's close ends. What is
 * set by {@code spark-submit} or as system properties {@code spark.…} holds; else the jars of
 * FlowDPO and of the verifier go to the executors. Thread-safe.
 */
public final class SparkRolloutExecutorProvider implements RolloutExecutorProvider {

  /** Called by the service loader. */
  public SparkRolloutExecutorProvider() {}

  @Override
  public RolloutExecutor open(
      String master, EngineSettings engine, VerifierFactory verifier, int problemsPerTask) {
    SparkConf conf = new SparkConf().setMaster(master).setIfMissing("spark.app.name", "flowdpo");
    String[] jars =
        Stream.of(SparkRolloutExecutorProvider.class, RolloutExecutor.class, verifier.getClass())
            .flatMap(type -> Stream.of(JavaSparkContext.jarOfClass(type)))
            .distinct()
            .toArray(String[]::new);
    if (!conf.contains("spark.jars") && jars.length > 0) {
      conf.setJars(jars);
    }
    JavaSparkContext spark;
    try {
      spark = new JavaSparkContext(conf);
    } catch (RuntimeException e) {
      throw new FlowException("--master %s: Spark cannot start: %s".formatted(master, e), e);
    }
    spark.setLogLevel("WARN");
    return SparkRolloutExecutor.builder(spark, verifier)
        .engine(engine)
        .problemsPerTask(problemsPerTask)
        .onClose(spark::close)
        .build();
  }
}
