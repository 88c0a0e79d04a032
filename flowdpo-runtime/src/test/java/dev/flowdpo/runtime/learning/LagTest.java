package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningEnd;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Learning from rollouts of adapters that are some groups' updates behind. */
class LagTest {
  private static final List<Problem> PROBLEMS = BundledProblems.learning(51, 20);

  @TempDir private Path folder;

  /**
   * What a run leaves.
   *
   * @param versions of its rounds
   * @param live what was live when their groups were learned from
   */
  private record Run(
      LearningProgress progress,
      List<Long> versions,
      List<Long> live,
      List<PreferencePair> pairs,
      HashCode adapter) {

    /** Returns what was live when so many groups had been learned from. */
    List<Long> liveAfter(Integer... groups) {
      return Stream.of(groups).map(live::get).toList();
    }
  }

  private static OnlineLearner learner(
      Flow flow, int lag, UnaryOperator<OnlineLearner.Builder> change) {
    return change
        .apply(
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(BundledModel.learnerOptions())
                .options(o -> o.seed(5).rollouts(r -> r.problemsPerGroup(4).lag(lag)))
                // Fast, so that a few updates change what is written.
                .options(o -> o.rates(r -> r.answer(0.02).stop(0.02)))
                .options(o -> o.checkpointEveryProblems(12)))
        .build();
  }

  private Run run(int lag, UnaryOperator<OnlineLearner.Builder> change) throws IOException {
    List<Long> versions = new ArrayList<>();
    List<PreferencePair> pairs = new ArrayList<>();
    RolloutExecutor executor =
        round -> {
          versions.add(round.version());
          return RolloutExecutor.local().run(round);
        };
    List<Long> live = new ArrayList<>();
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            learner(
                flow,
                lag,
                b -> change.apply(b.executor(executor).listener(watch(flow, live, pairs))))) {
      learner.learn(PROBLEMS);
      learner.save(folder.resolve("adapters"));
      return new Run(
          learner.progress(),
          versions,
          live,
          pairs,
          Hashing.sha256()
              .hashBytes(
                  Files.readAllBytes(folder.resolve("adapters/answer/adapter_model.safetensors"))));
    }
  }

  private static LearningListener watch(Flow flow, List<Long> live, List<PreferencePair> pairs) {
    return new LearningListener() {
      @Override
      public void onProblem(RolloutTree tree, LearningProgress progress) {
        if (progress.problems() % 4 == 1) {
          live.add(flow.adapters().live().number());
        }
      }

      @Override
      public void onPairs(List<PreferencePair> found) {
        pairs.addAll(found);
      }
    };
  }

  @AfterEach
  void noThreadIsLeft() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("flowdpo-learner-rollouts");
  }

  @Test
  void roundsAreAsFarBehindAsTheLagSaysAndTheirPairsTellTheVersion() throws IOException {
    Run none = run(0, b -> b);
    assertThat(none.versions).isEqualTo(none.live).contains(2L);
    assertThat(none.pairs).extracting(PreferencePair::rolloutVersion).containsOnly(noVersion());

    Run one = run(1, b -> b);
    // Nothing is under way after 12 problems, where the state is saved.
    assertThat(one.versions).isEqualTo(one.liveAfter(0, 0, 1, 3, 3));
    assertThat(one.pairs)
        .allSatisfy(
            pair ->
                assertThat(pair.rolloutVersion())
                    .hasValue(one.versions.get(group(pair.problemId()))));
    assertThat(one.adapter).isNotEqualTo(none.adapter);

    Run again = run(1, b -> b);
    assertThat(again.pairs).isEqualTo(one.pairs);
    assertThat(again.progress).isEqualTo(one.progress);
    assertThat(again.adapter).isEqualTo(one.adapter);

    Run two = run(2, b -> b);
    assertThat(two.versions).isEqualTo(two.liveAfter(0, 0, 0, 3, 3));
  }

  private static OptionalLong noVersion() {
    return OptionalLong.empty();
  }

  private static int group(String problemId) {
    return PROBLEMS.stream().map(Problem::id).toList().indexOf(problemId) / 4;
  }

  @Test
  void aRunThatGoesOnFromACheckpointEndsAsTheOneThatWasNotKilled() throws IOException {
    Path state = folder.resolve("state");
    Path killed = folder.resolve("killed");
    LearningListener copy =
        new LearningListener() {
          @Override
          public void onCheckpoint(Path saved) {
            if (!Files.exists(killed)) {
              copy(saved, killed);
            }
          }
        };
    Run whole = run(1, b -> b.checkpoint(state).listener(copy));
    Run rest = run(1, b -> b.checkpoint(killed).resume(true));
    assertThat(rest.versions).isEqualTo(whole.liveAfter(3, 3));
    assertThat(rest.progress).isEqualTo(whole.progress);
    assertThat(whole.pairs).endsWith(rest.pairs.toArray(PreferencePair[]::new));
    assertThat(rest.adapter).isEqualTo(whole.adapter);
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasReadIsLearnedFromBeforeAStreamThatFails() {
    Iterable<Problem> failing =
        () ->
            Stream.concat(
                    PROBLEMS.stream().limit(8),
                    Stream.generate(
                        () -> {
                          throw new IllegalStateException("power cut");
                        }))
                .iterator();
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner = learner(flow, 2, b -> b)) {
      assertThatThrownBy(() -> learner.learn(failing)).hasMessage("power cut");
      assertThat(learner.progress().problems()).isEqualTo(8);
    }
  }

  @Test
  void anExecutorThatFailsEndsLearningAfterTheGroupsBefore() {
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            learner(
                flow,
                1,
                b ->
                    b.executor(
                        second(
                            round -> {
                              throw new FlowException("the cluster is gone");
                            })))) {
      assertThatThrownBy(() -> learner.learn(PROBLEMS))
          .isInstanceOf(FlowException.class)
          .hasMessage("the cluster is gone");
      assertThat(learner.progress().problems()).isEqualTo(4);
    }
  }

  private enum Ending {
    CLOSE,
    INTERRUPT
  }

  @Test
  void anExecutorThatHangsIsInterruptedByTheEndOfTheLearner() throws Exception {
    assertThat(endWhileHanging(Ending.CLOSE)).isEqualTo(LearningEnd.STOPPED);
    assertThat(endWhileHanging(Ending.INTERRUPT)).isEqualTo(LearningEnd.INTERRUPTED);
  }

  private static LearningEnd endWhileHanging(Ending ending) throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CompletableFuture<LearningReport> report = new CompletableFuture<>();
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner = learner(flow, 1, b -> b.executor(second(hangs(hanging))))) {
      Thread learning = new Thread(() -> report.complete(learner.learn(PROBLEMS)));
      learning.start();
      hanging.await();
      if (ending == Ending.CLOSE) {
        learner.close();
        assertThat(Thread.getAllStackTraces().keySet())
            .extracting(Thread::getName)
            .doesNotContain("flowdpo-learner-rollouts");
      } else {
        learning.interrupt();
      }
      LearningEnd end = report.get().end();
      assertThat(learner.progress().problems()).isIn(0, 4);
      learning.join();
      return end;
    }
  }

  private static Consumer<RolloutRound> hangs(CountDownLatch hanging) {
    return round -> {
      hanging.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlowException("interrupted", e);
      }
    };
  }

  /** Rolls the first round out and has something else happen before the second. */
  private static RolloutExecutor second(Consumer<RolloutRound> event) {
    AtomicInteger rounds = new AtomicInteger();
    return new RolloutExecutor() {
      @Override
      public List<RolloutOutcome> run(RolloutRound round) {
        if (rounds.incrementAndGet() == 2) {
          event.accept(round);
        }
        return RolloutExecutor.local().run(round);
      }
    };
  }

  @Test
  void aPartThatRollsOutAheadCannotWaitForItsOwnLearner() {
    List<OnlineLearner> made = new ArrayList<>();
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            learner(flow, 1, b -> b.executor(second(round -> made.get(0).learn(PROBLEMS))))) {
      made.add(learner);
      assertThatThrownBy(() -> learner.learn(PROBLEMS))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("from outside of learning");
    }
  }

  @Test
  void aGateHasNoLag() {
    try (Flow flow = Flow.builder().build()) {
      assertThatThrownBy(
              () -> learner(flow, 1, b -> b.options(o -> o.gate(g -> g.windowProblems(8)))))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("lag: expected 0 with a gate");
    }
  }
}
