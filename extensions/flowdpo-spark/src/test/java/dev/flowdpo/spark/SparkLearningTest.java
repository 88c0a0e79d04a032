package dev.flowdpo.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningEnd;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Learning whose rollouts run on Spark, in this process. */
class SparkLearningTest {
  private static JavaSparkContext spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = Clusters.local();
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  /** The application's own policy, with the engine's ids. */
  private record Wrapped(FlowPolicy policy) implements FlowPolicy {
    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      return policy.extend(requests);
    }

    @Override
    public boolean sharesEngineTokens() {
      return true;
    }
  }

  private static SparkRolloutExecutor executor(int problemsPerTask) {
    return SparkRolloutExecutor.builder(spark, Runs.VERIFIER)
        .problemsPerTask(problemsPerTask)
        .build();
  }

  @Test
  void adaptersAreThoseOfALocalRun() {
    Runs.Result local = Runs.learn(RolloutExecutor.local(3), folder.resolve("local"), 16);
    try (SparkRolloutExecutor cluster = executor(3)) {
      Runs.Result remote = Runs.learn(cluster, folder.resolve("spark"), 16);
      assertThat(remote.report().progress()).isEqualTo(local.report().progress());
      assertThat(remote.report().progress().answerUpdates()).isPositive();
      assertThat(remote.report().progress().stopUpdates()).isPositive();
      assertThat(remote.adapters()).isEqualTo(local.adapters()).hasSizeGreaterThan(3);
      RolloutFigures figures = cluster.figures();
      assertThat(figures.rounds()).isEqualTo(2);
      assertThat(figures.problems()).isEqualTo(16);
      assertThat(figures.versions()).isEqualTo(2);
      assertThat(figures.bytesBroadcast()).isPositive();
      assertThat(figures.bytesCollected()).isPositive();
    }
  }

  @Test
  void aRunWithALagIsThatOfTheLocalExecutor() {
    Consumer<OnlineLearner.Builder> lag =
        b -> b.options(o -> o.rollouts(r -> r.problemsPerGroup(4).lag(1)));
    List<Problem> problems = Runs.problems(16);
    Runs.Result local =
        Runs.learn(RolloutExecutor.local(2), folder.resolve("local"), problems, lag);
    try (SparkRolloutExecutor cluster = executor(2)) {
      Runs.Result remote = Runs.learn(cluster, folder.resolve("spark"), problems, lag);
      assertThat(remote.report().progress()).isEqualTo(local.report().progress());
      assertThat(remote.adapters()).isEqualTo(local.adapters());
      assertThat(cluster.figures().rounds()).isEqualTo(4);
      assertThat(cluster.figures().versions()).isBetween(2, 3); // none is of the last group's
    }
  }

  @Test
  void aRunMayGoOnOnSpark() {
    List<Problem> problems = Runs.problems(16);
    Path checkpoint = folder.resolve("checkpoint");
    Runs.Result whole = Runs.learn(RolloutExecutor.local(4), folder.resolve("whole"), 16);
    Runs.learn(
        RolloutExecutor.local(4),
        folder.resolve("half"),
        problems.subList(0, 8),
        b -> b.checkpoint(checkpoint));
    try (SparkRolloutExecutor cluster = executor(4)) {
      Runs.Result resumed =
          Runs.learn(
              cluster,
              folder.resolve("rest"),
              problems,
              b -> b.checkpoint(checkpoint).resume(true));
      assertThat(resumed.adapters()).isEqualTo(whole.adapters());
    }
  }

  @Test
  void feedbackOnWhatWasServedIsExploredFromIt() throws Exception {
    Problem problem = Runs.problems(1).get(0);
    try (Flow flow = Flow.builder().seed(3).build();
        SparkRolloutExecutor cluster = executor(4);
        OnlineLearner learner =
            flow.learner().verifier(Runs.VERIFIER.create()).executor(cluster).build()) {
      Solution served = flow.solve(problem);
      ProblemOutcome outcome =
          learner.feedback(served, Verdict.incorrect("a user said so")).get(1, TimeUnit.MINUTES);
      assertThat(outcome.solution().orElseThrow().chunks()).isEqualTo(served.chunks());
      assertThat(outcome.tree().orElseThrow().original().verdict().reason())
          .hasValue("a user said so");
      assertThat(cluster.figures().problems()).isEqualTo(1);
    }
  }

  /** One in three shards of a round is its neighbours' too; they learn as without Spark. */
  @Test
  void problemsThatAlwaysFailArePassedOver() {
    List<Problem> problems = Runs.problems(12);
    RolloutSampler sampler = new FailingSampler(problems.get(1).id(), problems.get(5).id());
    try (SparkRolloutExecutor cluster = executor(2)) {
      Runs.Result remote =
          Runs.learn(cluster, folder.resolve("spark"), problems, b -> b.sampler(sampler));
      LearningProgress progress = remote.report().progress();
      assertThat(progress.passedOver()).isEqualTo(2);
      assertThat(progress.problems()).isEqualTo(10);
      assertThat(cluster.figures().passedOver()).isEqualTo(1);
      assertThat(cluster.figures().repeatedShards()).isPositive();
    }
  }

  @Test
  void whatAVerifierFailsOnIsCounted() {
    VerifierFactory failing =
        () ->
            attempt -> {
              throw new IllegalStateException("no verdict today");
            };
    try (SparkRolloutExecutor cluster = SparkRolloutExecutor.builder(spark, failing).build()) {
      Runs.Result remote = Runs.learn(cluster, folder.resolve("spark"), 4);
      assertThat(remote.report().progress().verifierFailures()).isGreaterThanOrEqualTo(4);
      assertThat(remote.report().progress().answerUpdates()).isZero();
    }
  }

  @Test
  void aVerifierThatCannotTravelIsRefused() {
    Object driverOnly = new Object();
    assertThatThrownBy(
            () ->
                SparkRolloutExecutor.builder(
                    spark, () -> attempt -> Verdict.of(driverOnly.hashCode() == 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("verifier: expected what can be sent to executors")
        .hasMessageContaining("java.lang.Object");
  }

  @Test
  void aSamplerThatCannotTravelIsRefused() {
    RolloutSampler sampler = request -> RolloutSampler.tree().sample(request);
    try (SparkRolloutExecutor cluster = executor(4)) {
      assertThatThrownBy(
              () ->
                  Runs.learn(
                      cluster, folder, Runs.problems(2), builder -> builder.sampler(sampler)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("sampler")
          .hasMessageContaining("Make it Serializable");
    }
  }

  @Test
  void anotherPolicyThanTheEnginesIsRefused() {
    AdapterFlowEngine engine = new AdapterFlowEngineProvider().open(EngineSettings.defaults());
    try (Flow flow = Flow.builder().engine(engine).policy(new Wrapped(engine.policy())).build();
        SparkRolloutExecutor cluster = executor(4);
        OnlineLearner learner =
            flow.learner().verifier(Runs.VERIFIER.create()).executor(cluster).build()) {
      assertThatThrownBy(() -> learner.learn(Runs.problems(1)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the engine's own policy and judge");
    }
  }

  @Test
  void anotherModelAtTheExecutorsEndsLearning() throws IOException {
    Path other = copy(BundledModel.folder(), folder.resolve("other"));
    byte[] weights = Files.readAllBytes(other.resolve("model.safetensors"));
    weights[weights.length - 1] ^= 1;
    Files.write(other.resolve("model.safetensors"), weights);
    try (SparkRolloutExecutor cluster =
        SparkRolloutExecutor.builder(spark, Runs.VERIFIER).model(other).build()) {
      assertThatThrownBy(() -> Runs.learn(cluster, folder.resolve("spark"), 4))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("cannot begin")
          .hasMessageContaining(other.toString());
    }
  }

  @Test
  void aMissingModelEndsLearning() {
    Path missing = folder.resolve("missing");
    try (SparkRolloutExecutor cluster =
        SparkRolloutExecutor.builder(spark, Runs.VERIFIER).model(missing).build()) {
      assertThatThrownBy(() -> Runs.learn(cluster, folder.resolve("spark"), 4))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("cannot begin")
          .hasMessageContaining(missing.toString());
    }
  }

  /** As where executors lack a jar: it is no fault of the problems. */
  @Test
  void tasksOfWhichNoneSucceedsEndLearning() {
    try (SparkRolloutExecutor cluster =
        SparkRolloutExecutor.builder(spark, new FailingFactory()).problemsPerTask(2).build()) {
      assertThatThrownBy(() -> Runs.learn(cluster, folder, 8))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("no task has ever succeeded; are all jars at the executors")
          .hasMessageContaining("not here");
    }
  }

  /** What an executor cannot make, by an error that ends its task. */
  private static final class FailingFactory implements VerifierFactory {
    private static final long serialVersionUID = 1L;

    @Override
    public Verifier create() {
      throw new AssertionError("not here");
    }
  }

  @Test
  void learningEndsWithTheApplication() {
    LearningListener ending =
        new LearningListener() {
          @Override
          public void onProblem(RolloutTree tree, LearningProgress progress) {
            spark.close();
          }
        };
    try (SparkRolloutExecutor cluster = executor(4)) {
      assertThatThrownBy(
              () -> Runs.learn(cluster, folder, Runs.problems(16), b -> b.listener(ending)))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("found that it has ended");
    } finally {
      spark = Clusters.local();
    }
  }

  @Test
  void aRoundUnderWayIsBrokenOff() throws Exception {
    List<Problem> problems = Runs.problems(8);
    Path begun = folder.resolve("begun");
    RolloutSampler waiting = new KillableSampler(problems.get(2).id(), begun.toString());
    try (Flow flow = Flow.builder().build();
        SparkRolloutExecutor cluster = executor(4);
        OnlineLearner learner =
            flow.learner()
                .verifier(Runs.VERIFIER.create())
                .sampler(waiting)
                .executor(cluster)
                .build()) {
      CompletableFuture<LearningReport> report =
          CompletableFuture.supplyAsync(() -> learner.learn(problems));
      while (!Files.exists(begun)) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(learner.stop(Duration.ofMillis(10))).isFalse();
      assertThat(report.get(1, TimeUnit.MINUTES).end()).isEqualTo(LearningEnd.STOPPED);
      assertThat(report.get().progress().problems()).isZero();
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
