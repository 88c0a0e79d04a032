package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.SolveFigures.Outcome;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.ServingLoad;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.scripted.CapturedLog;
import dev.flowdpo.scripted.StubEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a flow tells those who watch it, whatever its callers do. */
@Timeout(60)
class FlowMonitorTest {

  /** Writes "x " for each permit; "bad" has no prompt, "broken" fails when it is written. */
  private static final class GatedPolicy implements FlowPolicy {
    private final Semaphore permits = new Semaphore(0);
    private final CountDownLatch called = new CountDownLatch(1);
    private final boolean shared;

    private GatedPolicy(boolean shared) {
      this.shared = shared;
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      called.countDown();
      permits.acquireUninterruptibly();
      if (requests.stream().anyMatch(r -> r.prefix().problem().question().equals("broken"))) {
        throw new FlowException("broken policy");
      }
      return requests.stream().map(request -> Chunks.of("x ")).toList();
    }

    @Override
    public boolean sharesCalls() {
      return shared;
    }

    @Override
    public long cacheBytesPerToken() {
      return 10;
    }

    @Override
    public OptionalInt promptTokens(Problem problem) {
      if (problem.question().equals("bad")) {
        throw new InvalidInputException("too long");
      }
      return OptionalInt.of(5);
    }
  }

  /** Stops after two chunks. */
  private static final class AfterTwo implements StopJudge {
    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      return partials.stream().map(p -> new StopDecision(p.depth() >= 2, 0.5)).toList();
    }

    @Override
    public boolean sharesCalls() {
      return true;
    }
  }

  private static final class Recorder implements FlowMonitor {
    private final List<SolveFigures> solves = new CopyOnWriteArrayList<>();
    private final List<Integer> rounds = new CopyOnWriteArrayList<>();
    private final List<String> learning = new CopyOnWriteArrayList<>();

    @Override
    public void onSolve(SolveFigures figures) {
      solves.add(figures);
    }

    @Override
    public void onRound(int rows, Duration elapsed) {
      assertThat(elapsed).isPositive();
      rounds.add(rows);
    }

    @Override
    public LearningListener onLearner(String name, OnlineLearner learner) {
      learning.add("learner " + name + " at " + learner.progress().problems());
      return new LearningListener() {
        @Override
        public void onProblem(RolloutTree tree, LearningProgress progress) {
          learning.add(name + " " + progress.problems());
        }
      };
    }

    private List<Outcome> outcomes() {
      return solves.stream().map(SolveFigures::outcome).toList();
    }
  }

  private final GatedPolicy policy = new GatedPolicy(true);
  private final Recorder monitor = new Recorder();

  private Flow flow(int queueLimit) {
    Flow flow =
        Flow.builder()
            .policy(policy)
            .judge(new AfterTwo())
            .chunkSize(4)
            .maxChunks(3)
            .serving(serving -> serving.queueLimit(queueLimit))
            .build();
    flow.addMonitor(monitor);
    return flow;
  }

  @Test
  void aSolveIsToldWithWhatTheCallerGets() {
    policy.permits.release(99);
    try (Flow flow = flow(0)) {
      Solution solution = flow.solve("a");
      assertThat(monitor.outcomes()).containsExactly(Outcome.OK);
      SolveFigures figures = monitor.solves.get(0);
      assertThat(figures.usage()).isEqualTo(solution.usage());
      assertThat(figures.failure()).isEmpty();
      assertThat(figures.firstText().orElseThrow())
          .isPositive()
          .isLessThanOrEqualTo(solution.usage().elapsed());
      flow.withOptions(options -> options.chunkSize(3)).solve("b");
      assertThat(monitor.solves).as("of a derived flow").hasSize(2);
      flow.removeMonitor(monitor);
      flow.solve("c");
      assertThat(monitor.solves).hasSize(2);
    }
  }

  @Test
  void everyWayOfEndingHasItsOutcome() throws Exception {
    try (Flow flow = flow(1)) {
      assertThatThrownBy(() -> flow.solve("bad")).hasMessage("too long");
      assertThat(monitor.outcomes()).containsExactly(Outcome.FAILED);
      assertThat(monitor.solves.get(0).usage().promptTokens()).isEmpty();

      CompletableFuture<Solution> first = flow.solveAsync(Problem.of("a"));
      policy.called.await();
      CompletableFuture<Solution> second = flow.solveAsync(Problem.of("b"));
      while (flow.load().waiting() == 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> flow.solve("c")).isInstanceOf(FlowOverloadedException.class);
      assertThat(monitor.outcomes()).endsWith(Outcome.REFUSED).hasSize(2);
      assertThat(flow.load()).isEqualTo(new ServingLoad(1, 1, 10 * (5 + 3 * 4)));

      second.cancel(true);
      awaitSolves(3);
      assertThat(monitor.outcomes()).endsWith(Outcome.CANCELLED);
      policy.permits.release(99);
      first.get();
      assertThat(monitor.outcomes()).endsWith(Outcome.OK).hasSize(4);

      assertThatThrownBy(() -> flow.solve("broken")).hasMessage("broken policy");
      assertThat(monitor.outcomes()).endsWith(Outcome.FAILED);
      assertThat(monitor.solves.get(4).failure().orElseThrow()).hasMessage("broken policy");

      FlowListener throwing =
          new FlowListener() {
            @Override
            public void onText(Problem problem, int index, String text) {
              throw new IllegalStateException("the client is gone");
            }
          };
      assertThatThrownBy(() -> flow.solve(Problem.of("a"), throwing)).hasMessageContaining("gone");
      assertThat(monitor.outcomes()).endsWith(Outcome.CANCELLED).hasSize(6);
      assertThat(flow.load().waiting()).isZero();
    }
  }

  @Test
  void aDeadlineAndTheEndOfTheFlowAreTold() throws Exception {
    policy.permits.release(1);
    Flow flow = flow(0);
    SolveOptions short50 = SolveOptions.builder().deadline(Duration.ofMillis(50)).build();
    assertThatThrownBy(() -> flow.solve(Problem.of("a"), short50))
        .isInstanceOf(SolveCancelledException.class);
    assertThat(monitor.outcomes()).containsExactly(Outcome.DEADLINE);
    Usage usage = monitor.solves.get(0).usage();
    assertThat(usage.promptTokens()).hasValue(5);
    assertThat(usage.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(50));

    CompletableFuture<Solution> open = flow.solveAsync(Problem.of("b"));
    policy.permits.release(99);
    open.exceptionally(failure -> null).get();
    flow.close();
    assertThat(monitor.solves).hasSize(2);
  }

  @Test
  void roundsAreToldByTheirRows() {
    policy.permits.release(99);
    try (Flow flow = flow(0)) {
      flow.solveAll(Stream.of("a", "b", "c").map(Problem::of).toList());
    }
    while (monitor.rounds.size() < 2) { // the last one is told after its solves
      Thread.onSpinWait();
    }
    assertThat(monitor.rounds).containsExactly(3, 3);
  }

  @Test
  void theApplicationsOwnModelsHaveALoadToo() throws Exception {
    GatedPolicy separate = new GatedPolicy(false);
    try (Flow flow = Flow.builder().policy(separate).judge(new AfterTwo()).build()) {
      flow.addMonitor(monitor);
      CompletableFuture<Solution> first = flow.solveAsync(Problem.of("a"));
      separate.called.await();
      assertThat(flow.load()).isEqualTo(new ServingLoad(0, 1, 0));
      separate.permits.release(9);
      first.get();
      assertThat(monitor.outcomes()).containsExactly(Outcome.OK);
      assertThat(monitor.rounds).isEmpty();
      assertThat(flow.load().underWay()).isZero();
    }
  }

  @Test
  void aMonitorThatThrowsHarmsNobodyAndIsNamedOnce() {
    policy.permits.release(99);
    FlowMonitor throwing =
        new FlowMonitor() {
          @Override
          public void onSolve(SolveFigures figures) {
            throw new IllegalStateException("monitor");
          }

          @Override
          public void onRound(int rows, Duration elapsed) {
            throw new AssertionError("monitor");
          }

          @Override
          public String toString() {
            return "that throws";
          }
        };
    try (Flow flow = Flow.builder().policy(policy).judge(new AfterTwo()).build()) {
      flow.addMonitor(throwing);
      flow.addMonitor(monitor);
      for (int i = 0; i < 3; i++) {
        assertThat(flow.solve("a").text()).isEqualTo("x x");
      }
    }
    assertThat(monitor.outcomes()).containsExactly(Outcome.OK, Outcome.OK, Outcome.OK);
    assertThat(CapturedLog.warningsWith("monitor that throws failed")).hasSize(1);
  }

  @Test
  void learnersAreToldToThoseWhoCameBeforeAndAfter() {
    Recorder late = new Recorder();
    try (Flow flow = Flow.builder().engine(new StubEngine(EngineSettings.defaults())).build()) {
      flow.addMonitor(monitor);
      try (OnlineLearner learner =
          flow.learner().verifier(attempt -> Verdict.of(true)).name("own").build()) {
        learner.learn(List.of(Problem.of("a")));
        flow.addMonitor(late);
        learner.learn(List.of(Problem.of("b")));
        flow.removeMonitor(monitor);
        learner.learn(List.of(Problem.of("c")));
      }
    }
    assertThat(monitor.learning).containsExactly("learner own at 0", "own 1", "own 2");
    assertThat(late.learning).containsExactly("learner own at 1", "own 2", "own 3");
  }

  private void awaitSolves(int count) {
    while (monitor.solves.size() < count) {
      Thread.onSpinWait();
    }
  }
}
