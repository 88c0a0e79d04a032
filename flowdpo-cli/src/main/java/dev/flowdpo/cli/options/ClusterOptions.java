package dev.flowdpo.cli.options;

import com.google.common.collect.Iterables;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.spi.RolloutExecutorProvider;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import picocli.CommandLine.Option;

/** Where rollouts run: here, unless a cluster is given. Not thread-safe. */
public final class ClusterOptions {
  private static final int PROBLEMS_PER_TASK = 4;

  private static final String ADVICE =
      "put the artifact dev.flowdpo:flowdpo-spark and the jars of Spark 4 on the class path, or start"
          + " by spark-submit, as docs/spark.md shows";

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = {
        "Have the rollouts made on a Spark cluster: spark://HOST:PORT, yarn, k8s://…, local[N] or"
            + " local-cluster[N,1,MEGABYTES]. Learning itself stays here.",
        "Needs flowdpo-spark and Spark's jars on the class path; see docs/spark.md."
      })
  private Optional<String> master = Optional.empty();

  @Option(
      names = "--problems-per-task",
      paramLabel = "N",
      description =
          "How many problems run as one batch; the last bits of probabilities depend on it, and with"
              + " the same N a run here and one on a cluster learn the same. Default: "
              + PROBLEMS_PER_TASK
              + " with --master, else the whole group.")
  private Optional<Integer> problemsPerTask = Optional.empty();

  /** Checks the values. */
  public void check() {
    problemsPerTask.ifPresent(n -> OptionRange.atLeast(1, "--problems-per-task", n));
  }

  /**
   * Opens what the options name.
   *
   * @throws InvalidInputException if a cluster is given and nothing on the class path reaches it
   */
  public RolloutExecutor open(EngineSettings engine, VerifierFactory verifier) {
    if (master.isEmpty()) {
      return problemsPerTask.map(RolloutExecutor::local).orElseGet(RolloutExecutor::local);
    }
    int problems = problemsPerTask.orElse(PROBLEMS_PER_TASK);
    try {
      RolloutExecutorProvider provider =
          Iterables.getFirst(ServiceLoader.load(RolloutExecutorProvider.class), null);
      if (provider != null) {
        return provider.open(master.get(), engine, verifier, problems);
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new InvalidInputException(
          "--master %s: Spark is not complete, or the JDK is not open to it: %s; %s"
              .formatted(master.get(), e, ADVICE),
          e);
    }
    throw new InvalidInputException(
        "--master %s: found nothing that reaches a cluster; %s".formatted(master.get(), ADVICE));
  }

  /** Adds what must be the same where a run is resumed. */
  public void describe(Map<String, String> settings) {
    if (master.isPresent() || problemsPerTask.isPresent()) {
      settings.put("problemsPerTask", problemsPerTask.orElse(PROBLEMS_PER_TASK).toString());
    }
  }
}
