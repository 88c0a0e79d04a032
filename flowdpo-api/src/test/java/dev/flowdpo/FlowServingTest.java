package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flowdpo.SolveCancelledException.Reason;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A flow between callers that cancel, interrupt, throw, come at once, and close it. */
@Timeout(60)
class FlowServingTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  /**
   * Writes "1 ", "2 ", … one chunk for each permit, and says which rows came together. "bad" has no
   * prompt, "broken" fails when it is written.
   */
  private static final class GatedPolicy implements FlowPolicy {
    private final Semaphore permits = new Semaphore(0);
    private final List<List<String>> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch called = new CountDownLatch(1);
    private final AtomicBoolean aborted = new AtomicBoolean();
    private final boolean shared;

    private GatedPolicy(boolean shared) {
      this.shared = shared;
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests) {
      return extend(requests, ChunkWatcher.NONE);
    }

    @Override
    public List<Chunk> extend(List<ChunkRequest> requests, ChunkWatcher watcher) {
      calls.add(requests.stream().map(r -> r.prefix().problem().question()).toList());
      watcher.onUnwanted(
          () -> {
            aborted.set(true);
            permits.release();
          });
      called.countDown();
      try {
        permits.acquire();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlowException("interrupted", e);
      }
      List<Chunk> chunks = new ArrayList<>();
      for (int i = 0; i < requests.size(); i++) {
        PartialAnswer prefix = requests.get(i).prefix();
        if (prefix.problem().question().equals("broken")) {
          throw new FlowException("broken policy");
        }
        String text = (prefix.depth() + 1) + " ";
        if (watcher.stride() < text.length()) {
          watcher.onText(i, text.substring(0, 1));
          watcher.onText(i, text);
        }
        chunks.add(Chunks.of(text));
      }
      return chunks;
    }

    @Override
    public boolean sharesCalls() {
      return shared;
    }

    @Override
    public long cacheBytesPerToken() {
      return 1;
    }

    @Override
    public OptionalInt promptTokens(Problem problem) {
      if (problem.question().equals("bad")) {
        throw new InvalidInputException("too long");
      }
      return OptionalInt.of(1);
    }
  }

  private static final class StoppingAt implements StopJudge {
    private final int depth;

    private StoppingAt(int depth) {
      this.depth = depth;
    }

    @Override
    public List<StopDecision> judge(List<PartialAnswer> partials) {
      return partials.stream()
          .map(p -> new StopDecision(p.depth() >= depth, p.depth() >= depth ? 1 : 0))
          .toList();
    }

    @Override
    public boolean sharesCalls() {
      return true;
    }
  }

  private final GatedPolicy policy = new GatedPolicy(true);

  private Flow.Builder builder() {
    return Flow.builder().policy(policy).judge(new StoppingAt(3)).maxChunks(9);
  }

  @Test
  void concurrentSolvesShareCalls() throws Exception {
    try (Flow flow = builder().build()) {
      CompletableFuture<Solution> first = flow.solveAsync(Problem.of("a"));
      policy.called.await();
      List<CompletableFuture<Solution>> rest =
          Stream.of("b", "c", "d").map(q -> flow.solveAsync(Problem.of(q))).toList();
      while (rest.stream().noneMatch(CompletableFuture::isDone)) {
        policy.permits.release();
        Thread.sleep(5);
      }
      policy.permits.release(9);
      assertThat(first.get().text()).isEqualTo("1 2 3");
      for (CompletableFuture<Solution> one : rest) {
        assertThat(one.get().text()).isEqualTo("1 2 3");
      }
      assertThat(policy.calls).anySatisfy(call -> assertThat(call).hasSizeGreaterThan(1));
    }
  }

  @Test
  void aDeadlineFreesTheCallerWithWhatThereIs() {
    policy.permits.release(1);
    try (Flow flow = builder().build()) {
      SolveCancelledException given =
          catchThrowableOfType(
              SolveCancelledException.class,
              () ->
                  flow.solve(
                      Problem.of("q"),
                      SolveOptions.builder().deadline(Duration.ofSeconds(1)).build()));
      assertThat(given.reason()).isEqualTo(Reason.DEADLINE);
      assertThat(given).hasMessageContaining("PT1S").hasMessageContaining("0 of 1");
      Solution written = given.written().get(0);
      assertThat(written.text()).isEqualTo("1");
      assertThat(written.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(written.truncated()).isTrue();
      policy.permits.release(9);
      assertThat(flow.solve("next").text()).isEqualTo("1 2 3");
      assertThat(policy.aborted).as("nobody waited for the call").isTrue();
    }
  }

  @Test
  void anInterruptFreesTheCallerAndLeavesTheFlowAsItWas() {
    try (Flow flow = builder().build()) {
      Thread.currentThread().interrupt();
      SolveCancelledException given =
          catchThrowableOfType(SolveCancelledException.class, () -> flow.solve("q"));
      assertThat(given.reason()).isEqualTo(Reason.INTERRUPTED);
      assertThat(Thread.interrupted()).isTrue();
      policy.permits.release(9);
      assertThat(flow.solve("next").text()).isEqualTo("1 2 3");
    }
  }

  @Test
  void solvesThatAreGivenUpBeforeTheyBeginLeaveNothingBehind() {
    policy.permits.release(9_999);
    try (Flow flow = builder().build()) {
      for (int i = 0; i < 300; i++) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> flow.solve("q")).isInstanceOf(SolveCancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        if (i % 10 == 0) {
          assertThat(flow.solve("next").text()).isEqualTo("1 2 3");
        }
      }
    }
  }

  @Test
  void oneThatIsCancelledCostsNoOtherAnything() throws Exception {
    try (Flow flow = builder().build()) {
      CompletableFuture<Solution> cancelled = flow.solveAsync(Problem.of("a"));
      policy.called.await();
      CompletableFuture<Solution> kept = flow.solveAsync(Problem.of("b"));
      policy.permits.release(1);
      assertThat(cancelled.cancel(true)).isTrue();
      policy.permits.release(9);
      assertThat(kept.get().text()).isEqualTo("1 2 3");
      assertThat(cancelled).isCancelled();
    }
  }

  @Test
  void aCancellationReachesAllThatItWasGivenTo() {
    Cancellation cancellation = new Cancellation();
    SolveOptions options = SolveOptions.builder().cancellation(cancellation).build();
    try (Flow flow = builder().build()) {
      CompletableFuture<Solution> first = flow.solveAsync(Problem.of("a"), options);
      CompletableFuture<Solution> second = flow.solveAsync(Problem.of("b"), options);
      cancellation.cancel();
      cancellation.cancel();
      for (CompletableFuture<Solution> one : List.of(first, second)) {
        assertThatThrownBy(one::get)
            .hasCauseInstanceOf(SolveCancelledException.class)
            .cause()
            .extracting("reason")
            .isEqualTo(Reason.CANCELLED);
      }
      assertThatThrownBy(() -> flow.solve(Problem.of("late"), options))
          .isInstanceOf(SolveCancelledException.class);
      assertThat(cancellation.isCancelled()).isTrue();
    }
  }

  @Test
  void aListenerHearsEverythingInOrderOnOneThread() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    policy.permits.release(9);
    SolveOptions options =
        SolveOptions.builder().listener(new Recorder(heard, threads)).streamEvery(1).build();
    try (Flow flow = builder().build()) {
      flow.solve(Problem.of("q"), options);
      assertThat(threads).containsExactly(Thread.currentThread());
      assertThat(String.join("|", heard))
          .isEqualTo("start|1@0| @0|chunk 0|2@1| @1|chunk 1|3@2| @2|chunk 2|solved 1 2 3");
      heard.clear();
      threads.clear();
      flow.solveAsync(Problem.of("q"), options).get();
      assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
      heard.clear();
      flow.solve(Problem.of("q"), options.toBuilder().streamEvery(0).build());
      assertThat(heard.subList(1, 3)).containsExactly("1 @0", "chunk 0");
    }
  }

  @Test
  void aListenerThatThrowsGivesItsOwnSolveUp() throws Exception {
    FlowListener throwing =
        new FlowListener() {
          @Override
          public void onChunk(Problem problem, int index, SolutionChunk chunk) {
            throw new IllegalArgumentException("enough");
          }
        };
    policy.permits.release(99);
    try (Flow flow = builder().build()) {
      CompletableFuture<Solution> other = flow.solveAsync(Problem.of("b"));
      assertThatThrownBy(() -> flow.solve(Problem.of("a"), throwing)).hasMessage("enough");
      assertThat(other.get().text()).isEqualTo("1 2 3");
    }
  }

  @Test
  void eachProblemFailsByItself() {
    policy.permits.release(99);
    List<String> heard = new CopyOnWriteArrayList<>();
    SolveOptions options =
        SolveOptions.builder().listener(new Recorder(heard, ConcurrentHashMap.newKeySet())).build();
    List<Problem> problems = Stream.of("a", "bad", "broken", "b").map(Problem::of).toList();
    try (Flow flow = builder().build()) {
      List<SolveResult> results = flow.solveEach(problems, options);
      assertThat(results).extracting(SolveResult::problem).isEqualTo(problems);
      assertThat(results.get(0).solution().orElseThrow().text()).isEqualTo("1 2 3");
      assertThat(results.get(3).solution().orElseThrow().text()).isEqualTo("1 2 3");
      assertThat(((SolveResult.Failed) results.get(1)).cause()).hasMessage("too long");
      assertThat(((SolveResult.Failed) results.get(2)).cause()).hasMessage("broken policy");
      assertThat(heard).contains("error too long", "error broken policy");
      assertThatThrownBy(() -> flow.solveAll(problems)).hasMessage("too long");
    }
  }

  @Test
  void oneThatFailsDoesNotFailThoseWhoShareItsCall() throws Exception {
    try (Flow flow = builder().build()) {
      CompletableFuture<Solution> first = flow.solveAsync(Problem.of("a"));
      policy.called.await();
      CompletableFuture<Solution> broken = flow.solveAsync(Problem.of("broken"));
      CompletableFuture<Solution> good = flow.solveAsync(Problem.of("b"));
      policy.permits.release(99);
      assertThatThrownBy(broken::get).rootCause().hasMessage("broken policy");
      assertThat(first.get().text()).isEqualTo("1 2 3");
      assertThat(good.get().text()).isEqualTo("1 2 3");
    }
  }

  @Test
  void closingEndsWhatIsUnderWayAndRefusesWhatComes() throws Exception {
    Flow flow = builder().build();
    CompletableFuture<Solution> running = flow.solveAsync(Problem.of("a"));
    policy.called.await();
    flow.close();
    flow.close();
    assertThatThrownBy(running::get).hasCauseInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> flow.solve("b")).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> flow.solveAsync(Problem.of("b")))
        .isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> flow.solveEach(List.of(), SolveOptions.defaults()))
        .isInstanceOf(FlowClosedException.class);
  }

  @Test
  void closingWithPatienceLetsWhatIsUnderWayFinish() throws Exception {
    Flow flow = builder().build();
    CompletableFuture<Solution> running = flow.solveAsync(Problem.of("a"));
    policy.called.await();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> flow.close(LONG));
    policy.permits.release(9);
    closing.get();
    assertThat(running.get().text()).isEqualTo("1 2 3");
  }

  @Test
  void moreThanTheLimitIsRefused() throws Exception {
    try (Flow flow = builder().serving(serving -> serving.queueLimit(2).maxRows(1)).build()) {
      CompletableFuture<Solution> running = flow.solveAsync(Problem.of("a"));
      policy.called.await();
      List<Problem> three = Stream.of("b", "c", "d").map(Problem::of).toList();
      assertThatThrownBy(() -> flow.solveAll(three))
          .isInstanceOf(FlowOverloadedException.class)
          .hasMessageContaining("the limit is 2");
      policy.permits.release(99);
      assertThat(running.get().text()).isEqualTo("1 2 3");
      assertThat(flow.solveAll(three.subList(0, 2))).hasSize(2);
      assertThat(policy.calls).allSatisfy(call -> assertThat(call).hasSize(1));
    }
  }

  @Test
  void aLargeBatchLeavesRoomForOthers() throws Exception {
    try (Flow flow = builder().serving(serving -> serving.maxRows(4)).build()) {
      List<Problem> many =
          Stream.iterate(0, i -> i + 1).limit(100).map(i -> "m" + i).map(Problem::of).toList();
      CompletableFuture<List<Solution>> large =
          CompletableFuture.supplyAsync(() -> flow.solveAll(many));
      policy.called.await();
      CompletableFuture<Solution> small = flow.solveAsync(Problem.of("small"));
      while (!small.isDone()) {
        policy.permits.release();
        Thread.sleep(2);
      }
      assertThat(large.isDone()).isFalse();
      policy.permits.release(999);
      assertThat(large.get()).allSatisfy(s -> assertThat(s.text()).isEqualTo("1 2 3"));
    }
  }

  @Test
  void whatDoesNotFitIntoMemoryWaits() throws Exception {
    // An answer takes 1 + 3 · 10 tokens of a byte each; two fit.
    try (Flow flow = builder().chunkSize(10).maxChunks(3).serving(s -> s.cacheBytes(70)).build()) {
      List<Problem> five = Stream.of("a", "b", "c", "d", "e").map(Problem::of).toList();
      policy.permits.release(99);
      assertThat(flow.solveAll(five)).hasSize(5);
      assertThat(policy.calls).allSatisfy(call -> assertThat(call).hasSizeLessThanOrEqualTo(2));
      Flow large = flow.withOptions(options -> options.chunkSize(1_000));
      assertThat(large.solve("one that needs more than there is").text()).isEqualTo("1 2 3");
    }
  }

  @Test
  void anApplicationsOwnModelsRunOnAThreadForEachCaller() throws Exception {
    GatedPolicy own = new GatedPolicy(false);
    try (Flow flow = Flow.builder().policy(own).judge(new StoppingAt(2)).build()) {
      CompletableFuture<Solution> stuck = flow.solveAsync(Problem.of("a"));
      own.called.await();
      stuck.cancel(true);
      own.permits.release(9);
      assertThat(flow.solve("b").text()).isEqualTo("1 2");
      assertThat(own.calls).allSatisfy(call -> assertThat(call).hasSize(1));
    }
  }

  private static final class Recorder implements FlowListener {
    private final List<String> heard;
    private final Set<Thread> threads;

    private Recorder(List<String> heard, Set<Thread> threads) {
      this.heard = heard;
      this.threads = threads;
    }

    private void hear(String what) {
      heard.add(what);
      threads.add(Thread.currentThread());
    }

    @Override
    public void onStart(Problem problem) {
      hear("start");
    }

    @Override
    public void onText(Problem problem, int index, String text) {
      hear(text + "@" + index);
    }

    @Override
    public void onChunk(Problem problem, int index, SolutionChunk chunk) {
      hear("chunk " + index);
    }

    @Override
    public void onSolved(Solution solution) {
      hear("solved " + solution.text());
    }

    @Override
    public void onError(Problem problem, Throwable cause) {
      hear("error " + cause.getMessage());
    }
  }
}
