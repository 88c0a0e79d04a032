package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.error.FlowException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Runs tasks beside each other and shows their progress as one. A task's result does not depend on
 * what runs beside it. For one thread.
 */
final class ParallelRuns {
  private final int threads;
  private final ProgressDisplay display;
  private long finished;
  private final List<Part> parts = new ArrayList<>();

  /**
   * Creates the runner.
   *
   * @param threads how many tasks run at once
   * @param display shows the sum of all tasks' work
   */
  ParallelRuns(int threads, ProgressDisplay display) {
    this.threads = threads;
    this.display = display;
  }

  /**
   * Runs all tasks to their end.
   *
   * @param tasks given a display for its own progress, each returns its result
   * @return the results in the order of the tasks
   * @throws FlowException if one fails; the others are let finish what they can be resumed from
   */
  <T> List<T> run(List<Function<ProgressDisplay, T>> tasks) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> futures = new ArrayList<>();
      tasks.forEach(task -> parts.add(new Part())); // all before the first task reads them
      for (int i = 0; i < tasks.size(); i++) {
        Function<ProgressDisplay, T> task = tasks.get(i);
        Part part = parts.get(i);
        futures.add(executor.submit(() -> task.apply(part)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
        countFinished();
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("The experiment was interrupted; run it again with --resume", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new FlowException("A run of the experiment failed", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private synchronized void countFinished() {
    finished++;
  }

  private synchronized void show(String message) {
    long done = parts.stream().mapToLong(part -> part.done).sum();
    display.update(done, "run %d of %d %s".formatted(finished + 1, parts.size(), message));
  }

  /** The share of one task in the whole. */
  private final class Part implements ProgressDisplay {
    private volatile long done;

    @Override
    public void update(long done, String message) {
      this.done = done;
      show(message);
    }

    @Override
    public void close() {}
  }
}
