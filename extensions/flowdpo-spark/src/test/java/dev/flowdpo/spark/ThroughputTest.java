package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures rounds on one executor and on two, each a process with a thread for native calls, and in
 * this process. Run it by {@code mvn -Plong-tests -pl extensions/flowdpo-spark -am test
 * -Dtest=ThroughputTest -Dsurefire.failIfNoSpecifiedTests=false}; the table is then in {@code
 * target/throughput.md}.
 */
@Tag("long")
class ThroughputTest {
  private static final int GROUP = 32;
  private static final int ROUNDS = 6;
  private static final ModelOptions ONE_THREAD =
      ModelOptions.builder().execution(target -> target.threads(1)).build();

  private final List<String> table =
      new ArrayList<>(
          List.of(
              "| | problems/s | tokens/s | rollouts, s a round | driver, s a round | driver's share"
                  + " | broadcast, KB a version | collected, KB a round |",
              "|---|---:|---:|---:|---:|---:|---:|---:|"));

  @Test
  void roundsByExecutors(@TempDir Path folder) throws IOException {
    Measured local = new Measured(RolloutExecutor.local(4));
    measure("this process", local);
    for (int executors = 1; executors <= 2; executors++) {
      Path own = folder.resolve("cluster" + executors);
      try (JavaSparkContext spark = Clusters.processes(own, executors);
          SparkRolloutExecutor cluster =
              SparkRolloutExecutor.builder(spark, Runs.VERIFIER)
                  .modelOptions(ONE_THREAD)
                  .problemsPerTask(4)
                  .build()) {
        Measured measured = new Measured(cluster);
        measure(executors + (executors == 1 ? " executor" : " executors"), measured);
        assertThat(measured.tokens).isEqualTo(local.tokens);
      }
    }
    Files.write(Path.of("target/throughput.md"), table);
    table.forEach(System.out::println);
  }

  private void measure(String name, Measured measured) {
    List<Problem> problems = Runs.problems(GROUP * (ROUNDS + 1));
    try (Flow flow = Flow.builder().modelOptions(ONE_THREAD).seed(3).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(Runs.VERIFIER.create())
                .executor(measured)
                .listener(measured)
                .options(o -> o.seed(5).rollouts(r -> r.problemsPerGroup(GROUP)))
                .build()) {
      learner.learn(problems.subList(0, GROUP)); // opens models and warms up
      measured.reset();
      long begin = System.nanoTime();
      learner.learn(problems.subList(GROUP, problems.size()));
      double all = (System.nanoTime() - begin) / 1e9;
      double rollouts = measured.nanos / 1e9;
      RolloutFigures figures = measured.figures();
      table.add(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.0f | %.2f | %.2f | %.0f %% | %.0f | %.1f |",
              name,
              GROUP * ROUNDS / all,
              measured.tokens / all,
              rollouts / ROUNDS,
              (all - rollouts) / ROUNDS,
              100 * (all - rollouts) / all,
              figures.versions() == 0 ? 0 : figures.bytesBroadcast() / 1e3 / figures.versions(),
              figures.rounds() == 0 ? 0 : figures.bytesCollected() / 1e3 / figures.rounds()));
    }
  }

  /** Takes the time of rounds and counts their tokens, those of shared prefixes once. */
  private static final class Measured implements RolloutExecutor, LearningListener {
    private final RolloutExecutor executor;
    private long nanos;
    private long tokens;

    Measured(RolloutExecutor executor) {
      this.executor = executor;
    }

    void reset() {
      nanos = 0;
      tokens = 0;
    }

    RolloutFigures figures() {
      return executor instanceof SparkRolloutExecutor cluster
          ? cluster.figures()
          : new Tally().figures();
    }

    @Override
    public List<RolloutOutcome> run(RolloutRound round) {
      long begin = System.nanoTime();
      try {
        return executor.run(round);
      } finally {
        nanos += System.nanoTime() - begin;
      }
    }

    @Override
    public void onProblem(RolloutTree tree, LearningProgress progress) {
      Set<Object> counted = Collections.newSetFromMap(new IdentityHashMap<>());
      Stream.concat(
              Stream.of(tree.original()),
              tree.nodes().stream()
                  .flatMap(n -> Stream.concat(n.alternatives().stream(), n.flipped().stream())))
          .map(Branch::answer)
          .flatMap(answer -> answer.chunks().stream())
          .filter(counted::add)
          .forEach(chunk -> tokens += chunk.tokens().length());
    }
  }
}
