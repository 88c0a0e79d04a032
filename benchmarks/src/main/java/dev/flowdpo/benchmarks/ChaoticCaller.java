package dev.flowdpo.benchmarks;

import dev.flowdpo.Cancellation;
import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A caller who does to a solve what callers do. For one thread. */
final class ChaoticCaller {
  private static final int LONGEST_MILLIS = 400;

  private final SplittableRandom random;
  private final ScheduledExecutorService later;

  /**
   * @param later does what comes from other threads
   */
  ChaoticCaller(long seed, ScheduledExecutorService later) {
    this.random = new SplittableRandom(seed);
    this.later = later;
  }

  /** Solves, in one way or another; fails as the way has it. */
  Solution solve(Flow flow, Problem problem) throws Throwable {
    int soon = random.nextInt(LONGEST_MILLIS);
    switch (random.nextInt(9)) {
      case 0:
        return cancelledFuture(flow.solveAsync(problem), soon);
      case 1:
        return flow.solve(
            problem, SolveOptions.builder().deadline(Duration.ofMillis(1 + soon)).build());
      case 2:
        return interrupted(flow, problem, soon);
      case 3:
        return flow.solve(problem, disturbing(0.2));
      case 4:
        Cancellation cancellation = new Cancellation();
        var unused = later.schedule(cancellation::cancel, soon, TimeUnit.MILLISECONDS);
        return flow.solve(problem, SolveOptions.builder().cancellation(cancellation).build());
      case 5:
        return flow.solve(
            problem,
            SolveOptions.builder().streamEvery(1 + random.nextInt(4)).listener(slow()).build());
      case 6:
        return joined(flow.solveAsync(problem));
      default:
        return flow.solve(problem);
    }
  }

  private Solution cancelledFuture(CompletableFuture<Solution> solve, int soon) throws Throwable {
    var unused = later.schedule(() -> solve.cancel(true), soon, TimeUnit.MILLISECONDS);
    return joined(solve);
  }

  private static Solution joined(CompletableFuture<Solution> solve) throws Throwable {
    try {
      return solve.get();
    } catch (ExecutionException e) {
      throw e.getCause() == null ? e : e.getCause();
    } catch (CancellationException e) {
      throw new ServedFlow.Thrown();
    }
  }

  private Solution interrupted(Flow flow, Problem problem, int soon) {
    Thread self = Thread.currentThread();
    boolean[] over = new boolean[1];
    var interrupt =
        later.schedule(
            () -> {
              synchronized (over) {
                if (!over[0]) {
                  self.interrupt();
                }
              }
            },
            soon,
            TimeUnit.MILLISECONDS);
    try {
      return flow.solve(problem);
    } finally {
      synchronized (over) {
        over[0] = true;
      }
      interrupt.cancel(false);
      var unused = Thread.interrupted(); // the next solve is not to be interrupted
    }
  }

  private static FlowListener disturbing(double probability) {
    return new FlowListener() {
      @Override
      public void onChunk(Problem problem, int index, SolutionChunk chunk) {
        ServedFlow.disturb(probability);
      }
    };
  }

  private FlowListener slow() {
    int pause = random.nextInt(20);
    return new FlowListener() {
      @Override
      public void onText(Problem problem, int index, String text) {
        try {
          Thread.sleep(pause);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
