package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveCancelledException;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.SolveResult;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real engine under callers at once: same answers, and nothing that they do ends the JVM. */
@Tag("slow")
@Timeout(300)
class ServingTest {
  private static final int CALLERS = 32;

  @Test
  void concurrentSolvesAnswerAsEachAlone() throws Exception {
    List<Problem> problems = BundledProblems.heldOut(CALLERS);
    try (Flow flow = Flow.builder().build()) {
      List<Solution> together = atOnce(problems.stream().map(p -> call(() -> flow.solve(p))));
      for (int i = 0; i < CALLERS; i++) {
        assertSame(together.get(i), flow.solve(problems.get(i)));
      }
    }
  }

  @Test
  void streamingGivesTheSameTokens() {
    Problem problem = BundledProblems.heldOut(1).get(0);
    StringBuilder streamed = new StringBuilder();
    List<Integer> lengths = new ArrayList<>();
    FlowListener listener =
        new FlowListener() {
          @Override
          public void onText(Problem solved, int index, String text) {
            streamed.append(text);
            lengths.add(text.length());
          }
        };
    try (Flow flow = Flow.builder().build()) {
      Solution whole = flow.solve(problem);
      for (int stride : new int[] {1, 3, 100}) {
        streamed.setLength(0);
        lengths.clear();
        Solution solution =
            flow.solve(
                problem, SolveOptions.builder().listener(listener).streamEvery(stride).build());
        assertSame(solution, whole);
        assertThat(streamed.toString().strip()).isEqualTo(whole.text());
        if (stride == 1) {
          assertThat(lengths).hasSizeGreaterThan(whole.chunks().size());
        }
      }
    }
  }

  @Test
  void aFlowMayBeClosedUnderSolvesAndLearning() throws Exception {
    for (int round = 0; round < 5; round++) {
      Flow flow = Flow.builder().build();
      List<Problem> problems = BundledProblems.learning(round, 40);
      List<CompletableFuture<Solution>> solves = problems.stream().map(flow::solveAsync).toList();
      OnlineLearner learner = flow.learner().verifier(BundledProblems.VERIFIER).build();
      CompletableFuture<Void> learning = CompletableFuture.runAsync(() -> learner.learn(problems));
      CompletableFuture.anyOf(solves.toArray(CompletableFuture<?>[]::new)).get();
      Thread.sleep(30L * round);
      flow.close();
      for (CompletableFuture<Solution> solve : solves) {
        try {
          assertThat(solve.get().text()).isNotEmpty();
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(FlowClosedException.class);
        }
      }
      learning.join(); // ends early, with a report
      learner.close();
      assertThatThrownBy(() -> flow.solve(problems.get(0))).isInstanceOf(FlowClosedException.class);
    }
  }

  @Test
  void aProblemTooLongForTheModelFailsAlone() {
    List<Problem> problems = new ArrayList<>(BundledProblems.heldOut(3));
    problems.add(1, Problem.of("two and ".repeat(2_000)));
    try (Flow flow = Flow.builder().build()) {
      List<SolveResult> results = flow.solveEach(problems, SolveOptions.defaults());
      assertThat(results.get(1)).isInstanceOf(SolveResult.Failed.class);
      assertThat(((SolveResult.Failed) results.get(1)).cause())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("shorten the question");
      assertThat(results).filteredOn(result -> result.solution().isPresent()).hasSize(3);
    }
  }

  /**
   * Callers that cancel, set deadlines, are interrupted and throw, beside a learner whose verifier
   * throws: whoever is left gets the answer of the same problem alone.
   */
  @Test
  void chaosHarmsNobodyElse() throws Exception {
    List<Problem> problems = BundledProblems.heldOut(24);
    Map<String, Solution> alone = new HashMap<>();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger givenUp = new AtomicInteger();
    AtomicBoolean published = new AtomicBoolean();
    try (Flow flow = Flow.builder().build()) {
      problems.forEach(problem -> alone.put(problem.id(), flow.solve(problem)));
      OnlineLearner learner =
          flow.learner()
              .verifier(
                  attempt -> {
                    if (attempt.answer().length() % 7 == 0) {
                      throw new IllegalStateException("no verdict today");
                    }
                    return BundledProblems.VERIFIER.verify(attempt);
                  })
              .listener(
                  new LearningListener() {
                    @Override
                    public void onUpdate(dev.flowdpo.learning.UpdateMetrics metrics) {
                      published.set(true);
                    }
                  })
              .build();
      CompletableFuture<Void> learning =
          CompletableFuture.runAsync(() -> learner.learn(BundledProblems.learning(3, 40)));
      List<Callable<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        callers.add(
            () -> {
              for (int n = 0; n < 12; n++) {
                Problem problem = problems.get(random.nextInt(problems.size()));
                boolean before = !published.get();
                try {
                  Solution solution = behave(flow, problem, random);
                  answered.incrementAndGet();
                  if (before && !published.get()) {
                    assertSame(solution, alone.get(problem.id()));
                  }
                } catch (SolveCancelledException | IllegalArgumentException e) {
                  givenUp.incrementAndGet();
                }
              }
              return null;
            });
      }
      atOnce(callers.stream());
      learning.join();
      learner.close();
      assertThat(answered.get()).isPositive();
      assertThat(givenUp.get()).isPositive();
      assertThat(answered.get() + givenUp.get()).isEqualTo(CALLERS * 12);
    }
  }

  private static Solution behave(Flow flow, Problem problem, SplittableRandom random)
      throws Exception {
    switch (random.nextInt(6)) {
      case 0:
        CompletableFuture<Solution> solve = flow.solveAsync(problem);
        Thread.sleep(random.nextInt(20));
        if (solve.cancel(true)) {
          throw new IllegalArgumentException("cancelled");
        }
        return solve.get();
      case 1:
        Duration deadline = Duration.ofMillis(1 + random.nextInt(60));
        return flow.solve(problem, SolveOptions.builder().deadline(deadline).build());
      case 2:
        Thread.currentThread().interrupt();
        try {
          return flow.solve(problem);
        } finally {
          Thread.interrupted();
        }
      case 3:
        return flow.solve(
            problem,
            new FlowListener() {
              @Override
              public void onChunk(Problem solved, int index, SolutionChunk chunk) {
                throw new IllegalArgumentException("thrown");
              }
            });
      case 4:
        return flow.solve(problem, SolveOptions.builder().streamEvery(2).build());
      default:
        return flow.solve(problem);
    }
  }

  private static <T> Callable<T> call(Callable<T> callable) {
    return callable;
  }

  private static <T> List<T> atOnce(java.util.stream.Stream<Callable<T>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(calls.toList())) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertSame(Solution found, Solution expected) {
    assertThat(found.chunks().stream().map(SolutionChunk::tokens))
        .isEqualTo(expected.chunks().stream().map(SolutionChunk::tokens).toList());
    assertThat(found.finishReason()).isEqualTo(expected.finishReason());
  }
}
