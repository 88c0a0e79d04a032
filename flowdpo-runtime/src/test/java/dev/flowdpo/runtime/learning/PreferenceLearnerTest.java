package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PreferenceLearnerTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(16))
          .checkpointEveryProblems(16)
          .seed(5)
          .build();

  @Test
  void heldOutAccuracyRises() {
    List<Problem> heldOut = BundledProblems.heldOut(60);
    try (Flow flow = Flow.builder().seed(2).build()) {
      double before = BundledProblems.greedyAccuracy(flow, heldOut);
      try (OnlineLearner learner =
          flow.learner()
              .options(BundledModel.learnerOptions())
              .verifier(BundledProblems.VERIFIER)
              .build()) {
        learner.learn(BundledProblems.learning(2, 64));
      }
      assertThat(before).isBetween(0.30, 0.65);
      assertThat(BundledProblems.greedyAccuracy(flow, heldOut)).isGreaterThan(before + 0.2);
    }
  }

  @Test
  void aRunThatWasKilledRepeatsAndResumesTheOneThatWasNot(@TempDir Path folder) throws IOException {
    List<Problem> problems = BundledProblems.learning(8, 32);
    List<UpdateMetrics> wholeMetrics = new ArrayList<>();
    LearningReport whole =
        learn(folder.resolve("whole"), false, problems, OPTIONS, wholeMetrics::add);

    List<UpdateMetrics> metrics = new ArrayList<>();
    List<UpdateMetrics> lost = new ArrayList<>();
    Path killed = folder.resolve("killed");
    assertThatThrownBy(() -> learn(killed, false, dyingAfter(problems, 24), OPTIONS, lost::add))
        .hasMessage("power cut");
    // The same seed gives the same run, up to its end.
    assertThat(lost).isNotEmpty().hasSizeLessThan(wholeMetrics.size());
    assertThat(wholeMetrics).startsWith(lost.toArray(UpdateMetrics[]::new));
    LearningReport resumed = learn(killed, true, problems, OPTIONS, metrics::add);

    assertThat(metrics).isNotEmpty().hasSizeLessThan(wholeMetrics.size());
    assertThat(resumed.progress()).isEqualTo(whole.progress());
    assertThat(resumed.validation()).isEqualTo(whole.validation());
    assertThat(wholeMetrics).endsWith(metrics.toArray(UpdateMetrics[]::new));
    for (AdapterRole role : AdapterRole.values()) {
      String file = "adapters/" + role.folderName() + "/adapter_model.safetensors";
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .isEqualTo(Files.readAllBytes(folder.resolve("whole").resolve(file)));
    }
  }

  @Test
  void aControlRunChangesNothing() {
    Problem problem = BundledProblems.learning(1, 1).get(0);
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            flow.learner()
                .options(OPTIONS.toBuilder().updates(updates -> updates.enabled(false)).build())
                .verifier(BundledProblems.VERIFIER)
                .build()) {
      String before = flow.solve(problem).text();
      LearningReport report = learner.learn(BundledProblems.learning(10, 32));
      assertThat(report.progress().problems()).isEqualTo(32);
      assertThat(report.progress().answerUpdates()).isZero();
      assertThat(report.progress().stopUpdates()).isZero();
      assertThat(flow.solve(problem).text()).isEqualTo(before);
    }
  }

  /** What is explored does not hang on whether anything learns, nor the flow's own path on it. */
  @Test
  void aControlRunRollsOutWhatItIsAskedTo() {
    List<Problem> problems = BundledProblems.learning(10, 16);
    List<List<Boolean>> outcomes = new ArrayList<>();
    for (int alternatives : new int[] {0, 2}) {
      List<Integer> tried = new ArrayList<>();
      LearningListener listener =
          new LearningListener() {
            @Override
            public void onProblem(RolloutTree tree, LearningProgress progress) {
              tree.nodes().forEach(node -> tried.add(node.alternatives().size()));
            }
          };
      LearnerOptions options =
          OPTIONS.toBuilder()
              .updates(updates -> updates.enabled(false))
              .rollouts(rollouts -> rollouts.rolloutsPerNode(alternatives))
              .build();
      try (Flow flow = Flow.builder().build();
          OnlineLearner learner =
              flow.learner()
                  .options(options)
                  .verifier(BundledProblems.VERIFIER)
                  .listener(listener)
                  .build()) {
        outcomes.add(learner.learn(problems).validation().outcomes());
      }
      assertThat(tried).isNotEmpty().allMatch(count -> count <= alternatives);
      assertThat(tried).contains(alternatives);
    }
    assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
  }

  @Test
  void aSnapshotKeepsItsAdapterWhileTheLearnerGoesOn() {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = learner(flow, UnaryOperator.identity())) {
      FlowPolicy before = flow.policy().snapshot();
      PartialAnswer start = PartialAnswer.start(BundledProblems.learning(1, 1).get(0));
      ChunkRequest request = new ChunkRequest(start, 8, SamplingOptions.greedy(), 0);
      OptionalDouble expected = before.extend(List.of(request)).get(0).logProbability();
      learner.learn(BundledProblems.learning(11, 16));
      assertThat(before.extend(List.of(request)).get(0).logProbability()).isEqualTo(expected);
      assertThat(flow.policy().snapshot().extend(List.of(request)).get(0).logProbability())
          .isNotEqualTo(expected);
    }
  }

  @Test
  void verifiersThatThrowOrHangCostTheirRolloutsOnly() {
    AtomicInteger calls = new AtomicInteger();
    Verifier unreliable =
        attempt -> {
          int call = calls.incrementAndGet();
          if (call % 10 == 0) {
            throw new IllegalStateException("no verdict today");
          }
          if (call % 61 == 0) {
            while (!Thread.currentThread().isInterrupted()) {
              LockSupport.park();
            }
          }
          return BundledProblems.VERIFIER.verify(attempt);
        };
    LearnerOptions options =
        OPTIONS.toBuilder()
            .rollouts(rollouts -> rollouts.verifierTimeLimit(Duration.ofMillis(200)))
            .build();
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = flow.learner().options(options).verifier(unreliable).build()) {
      LearningProgress progress = learner.learn(BundledProblems.learning(12, 16)).progress();
      assertThat(progress.problems()).isEqualTo(16);
      assertThat(calls).as("calls, of which the 61st hangs").hasValueGreaterThan(61);
      assertThat(progress.verifierFailures()).isGreaterThanOrEqualTo(calls.get() / 10);
    }
  }

  @Test
  void usesTheObjectiveAndTheSamplerOfTheApplication() {
    AtomicInteger evaluated = new AtomicInteger();
    DpoObjective sigmoid = DpoObjective.sigmoid(0.5);
    DpoObjective counting =
        sums -> {
          evaluated.incrementAndGet();
          return sigmoid.evaluate(sums);
        };
    AtomicInteger sampled = new AtomicInteger();
    RolloutSampler sampler =
        request -> {
          sampled.addAndGet(request.problems().size());
          return RolloutSampler.tree().sample(request);
        };
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            learner(flow, builder -> builder.objective(counting).sampler(sampler))) {
      LearningProgress progress = learner.learn(BundledProblems.learning(13, 16)).progress();
      assertThat(sampled).hasValue(16);
      assertThat(progress.answerUpdates()).isPositive();
      assertThat(evaluated)
          .hasValue(
              OPTIONS.updates().pairsPerAnswerUpdate() * progress.answerUpdates()
                  + OPTIONS.updates().pairsPerStopUpdate() * progress.stopUpdates());
    }
  }

  @Test
  void dropoutIsDrawnFromTheSeed() {
    List<UpdateMetrics> first = updatesWithDropout(0.2);
    assertThat(first).isNotEmpty().isEqualTo(updatesWithDropout(0.2));
    assertThat(first).isNotEqualTo(updatesWithDropout(0));
  }

  @Test
  void savedAdaptersSolveTheSameInAnotherFlow(@TempDir Path folder) {
    List<Problem> problems = BundledProblems.heldOut(16);
    List<String> expected;
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = learner(flow, UnaryOperator.identity())) {
      learner.learn(BundledProblems.learning(14, 16));
      learner.save(folder);
      expected = flow.solveAll(problems).stream().map(s -> s.text()).toList();
    }
    try (Flow loaded = Flow.builder().adapters(folder).build()) {
      assertThat(loaded.solveAll(problems)).extracting(s -> s.text()).isEqualTo(expected);
    }
  }

  @Test
  void refusesCheckpointsThatDoNotFit(@TempDir Path folder) throws IOException {
    List<Problem> problems = BundledProblems.learning(15, 16);
    Path made = folder.resolve("made");
    learn(made, false, problems, OPTIONS, m -> {});
    LearnerOptions others = OPTIONS.toBuilder().rates(rates -> rates.answer(1e-5)).build();
    assertThatThrownBy(() -> learn(made, true, problems, others, m -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("same settings")
        .hasMessageEndingWith("other ones: options.rates.answer: then 0.001, now 1.0E-5");
    Path state = made.resolve(Files.readString(made.resolve("latest"))).resolve("state.json");
    Files.writeString(state, Files.readString(state).substring(0, 100));
    assertThatThrownBy(() -> learn(made, true, problems, OPTIONS, m -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("state.json");
  }

  @Test
  void resumingWhereNothingWasKeptStartsAnew(@TempDir Path folder) {
    List<Problem> problems = BundledProblems.learning(15, 16);
    assertThat(learn(folder, true, problems, OPTIONS, m -> {}).progress().problems()).isEqualTo(16);
  }

  @Test
  void refusesToLearnFromNothing() {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = learner(flow, UnaryOperator.identity())) {
      assertThatThrownBy(() -> learner.learn(List.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("at least one problem");
    }
  }

  private static List<UpdateMetrics> updatesWithDropout(double dropout) {
    List<UpdateMetrics> metrics = new ArrayList<>();
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            learner(
                flow,
                builder ->
                    builder
                        .options(OPTIONS.toBuilder().lora(lora -> lora.dropout(dropout)).build())
                        .listener(updates(metrics::add)))) {
      learner.learn(BundledProblems.learning(16, 8));
    }
    return metrics;
  }

  private static OnlineLearner learner(Flow flow, UnaryOperator<OnlineLearner.Builder> change) {
    return change.apply(flow.learner().options(OPTIONS).verifier(BundledProblems.VERIFIER)).build();
  }

  private static LearningReport learn(
      Path folder,
      boolean resume,
      Iterable<Problem> problems,
      LearnerOptions options,
      Consumer<UpdateMetrics> metrics) {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            learner(
                flow,
                builder ->
                    builder
                        .options(options)
                        .checkpoint(folder)
                        .resume(resume)
                        .listener(updates(metrics)))) {
      LearningReport report = learner.learn(problems);
      learner.save(folder.resolve("adapters"));
      return report;
    }
  }

  private static LearningListener updates(Consumer<UpdateMetrics> consumer) {
    return new LearningListener() {
      @Override
      public void onUpdate(UpdateMetrics metrics) {
        consumer.accept(metrics);
      }

      @Override
      public void onProblem(RolloutTree tree, LearningProgress progress) {
        assertThat(progress.problems()).isPositive();
      }
    };
  }

  /** The problems up to one of them, and then an end that nobody foresaw. */
  private static Iterable<Problem> dyingAfter(List<Problem> problems, int count) {
    return () -> {
      Iterator<Problem> iterator = problems.iterator();
      AtomicInteger given = new AtomicInteger();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return iterator.hasNext();
        }

        @Override
        public Problem next() {
          if (given.getAndIncrement() == count) {
            throw new IllegalStateException("power cut");
          }
          return iterator.next();
        }
      };
    };
  }
}
