package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Prints how a flow serves callers at once:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.ServingFigures [MODEL [REPEATS]]
 * }</pre>
 *
 * <p>Throughput of 32 threads that solve one problem each against {@code solveAll} of the same 32,
 * in turn; streaming by the token against whole chunks; the time of one solve alone and beside a
 * learner; how long a caller waits after a cancel; how long {@code close()} takes under load. Each
 * figure is a median, with the smallest and the largest in brackets.
 */
public final class ServingFigures {
  private static final int CALLERS = 32;

  private ServingFigures() {}

  /** Measures; see the class comment. */
  public static void main(String[] arguments) throws Exception {
    int repeats = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
    List<Problem> problems =
        WordProblems.heldOut(CALLERS).stream().map(WordProblem::toProblem).toList();
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    try (Flow flow = open(arguments)) {
      flow.solveAll(problems);
      atOnce(threads, flow, problems);
      double[] batch = new double[repeats];
      double[] callers = new double[repeats];
      double[] streamed = new double[repeats];
      double[] ratios = new double[repeats];
      SolveOptions byToken = SolveOptions.builder().streamEvery(1).build();
      for (int i = 0; i < repeats; i++) {
        batch[i] = milliseconds(() -> flow.solveAll(problems));
        callers[i] = milliseconds(() -> atOnce(threads, flow, problems));
        streamed[i] = milliseconds(() -> flow.solveAll(problems, byToken));
        ratios[i] = batch[i] / callers[i];
      }
      print("solveAll of 32, ms", batch);
      print("32 callers, ms", callers);
      print("throughput of callers / solveAll", ratios);
      print("solveAll of 32, text by the token, ms", streamed);
      double[] alone = solves(flow, problems, 10 * repeats);
      print("one solve, ms", alone);
      printf("one solve, p99, ms", percentile(alone, 0.99));
      print("one solve, text by the token, ms", streams(flow, problems, repeats));
      if (arguments.length == 0) {
        besideALearner(flow, problems, repeats);
      }
      cancels(flow, problems, 4 * repeats);
    }
    threads.shutdown();
    closes(arguments, problems, Math.min(repeats, 7));
  }

  private static Flow open(String[] arguments) {
    Flow.Builder builder = Flow.builder();
    if (arguments.length > 0) {
      builder
          .model(Path.of(arguments[0]))
          .chunkSize(16)
          .maxChunks(3)
          .sampling(SamplingOptions.greedy());
    }
    return builder.build();
  }

  private static List<Solution> atOnce(ExecutorService threads, Flow flow, List<Problem> problems)
      throws Exception {
    List<Callable<Solution>> calls = new ArrayList<>();
    problems.forEach(problem -> calls.add(() -> flow.solve(problem)));
    List<Solution> solutions = new ArrayList<>();
    for (Future<Solution> solution : threads.invokeAll(calls)) {
      solutions.add(solution.get());
    }
    return solutions;
  }

  private static double[] solves(Flow flow, List<Problem> problems, int count) throws Exception {
    double[] times = new double[count];
    for (int i = 0; i < count; i++) {
      Problem problem = problems.get(i % problems.size());
      times[i] = milliseconds(() -> flow.solve(problem));
    }
    return times;
  }

  private static double[] streams(Flow flow, List<Problem> problems, int count) throws Exception {
    SolveOptions byToken = SolveOptions.builder().streamEvery(1).build();
    double[] times = new double[count];
    for (int i = 0; i < count; i++) {
      Problem problem = problems.get(i % problems.size());
      times[i] = milliseconds(() -> flow.solve(problem, byToken));
    }
    return times;
  }

  private static void besideALearner(Flow flow, List<Problem> problems, int repeats)
      throws Exception {
    OnlineLearner learner =
        flow.learner()
            .verifier(a -> Verdict.of(a.finalAnswer().equals(a.problem().answer())))
            .build();
    CompletableFuture<Void> learning =
        CompletableFuture.runAsync(
            () ->
                learner.learn(
                    WordProblems.learning(0).limit(600).map(WordProblem::toProblem).toList()));
    Thread.sleep(2_000);
    double[] beside = solves(flow, problems, 10 * repeats);
    print("one solve beside a learner, ms", beside);
    printf("one solve beside a learner, p99, ms", percentile(beside, 0.99));
    printf("still learning at the end", learning.isDone() ? 0 : 1);
    learning.join();
    learner.close();
  }

  private static void cancels(Flow flow, List<Problem> problems, int count) throws Exception {
    double[] caller = new double[count];
    double[] next = new double[count];
    for (int i = 0; i < count; i++) {
      List<CompletableFuture<Solution>> solves = problems.stream().map(flow::solveAsync).toList();
      Thread.sleep(5);
      caller[i] = milliseconds(() -> solves.forEach(solve -> solve.cancel(true)));
      Problem problem = problems.get(i % problems.size());
      next[i] = milliseconds(() -> flow.solve(problem));
    }
    print("32 callers free after a cancel, ms", caller);
    print("the solve after it, ms", next);
  }

  private static void closes(String[] arguments, List<Problem> problems, int count)
      throws Exception {
    double[] times = new double[count];
    for (int i = 0; i < count; i++) {
      Flow flow = open(arguments);
      flow.solve(problems.get(0));
      List<CompletableFuture<Solution>> solves = problems.stream().map(flow::solveAsync).toList();
      Thread.sleep(5);
      times[i] = milliseconds(flow::close);
      solves.forEach(solve -> solve.cancel(true));
    }
    print("close() under load, ms", times);
  }

  private interface Action {
    void run() throws Exception;
  }

  private static double milliseconds(Action action) throws Exception {
    long begin = System.nanoTime();
    action.run();
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double percentile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
  }

  private static void print(String name, double[] values) {
    System.out.printf(
        Locale.ROOT,
        "%-42s %9.2f [%.2f, %.2f]%n",
        name,
        percentile(values, 0.5),
        percentile(values, 0),
        percentile(values, 1));
  }

  private static void printf(String name, double value) {
    System.out.printf(Locale.ROOT, "%-42s %9.2f%n", name, value);
  }
}
