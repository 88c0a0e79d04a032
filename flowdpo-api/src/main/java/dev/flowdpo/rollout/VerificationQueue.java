package dev.flowdpo.rollout;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Verifications of answers as they come, a few at one time, first come first served, while whoever
 * hands them in goes on. Thread-safe. Close it to give up what is not done.
 */
final class VerificationQueue implements AutoCloseable {
  private final ExecutorService executor;
  private final int parallel;
  private final Function<Attempt, Verdict> verification;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private final List<Future<?>> takers = new ArrayList<>();
  private int taking;
  private boolean closed;

  private record Waiting(Attempt attempt, CompletableFuture<Verdict> verdict) {}

  VerificationQueue(
      ExecutorService executor, int parallel, Function<Attempt, Verdict> verification) {
    this.executor = executor;
    this.parallel = parallel;
    this.verification = verification;
  }

  /** Returns the verdict that will be; it fails as the verification does. */
  synchronized CompletableFuture<Verdict> add(Attempt attempt) {
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    if (closed) {
      verdict.cancel(false);
      return verdict;
    }
    waiting.add(new Waiting(attempt, verdict));
    if (taking < parallel) {
      try {
        takers.removeIf(Future::isDone);
        takers.add(executor.submit(this::takeAll));
        taking++;
      } catch (RejectedExecutionException e) {
        waiting.forEach(one -> one.verdict.completeExceptionally(e));
        waiting.clear();
      }
    }
    return verdict;
  }

  private void takeAll() {
    for (Waiting next = take(); next != null; next = take()) {
      try {
        next.verdict.complete(verification.apply(next.attempt));
      } catch (Throwable error) {
        next.verdict.completeExceptionally(error);
      }
    }
  }

  private synchronized @Nullable Waiting take() {
    Waiting next = waiting.poll();
    if (next == null) {
      taking--;
    }
    return next;
  }

  /** Interrupts what is running and drops what waits. Again does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.forEach(one -> one.verdict.cancel(false));
    waiting.clear();
    takers.forEach(taker -> taker.cancel(true));
    takers.clear();
  }
}
