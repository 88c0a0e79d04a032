package dev.flowdpo.rollout;

import dev.flowdpo.error.FlowException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Verifications beside each other. Stateless and thread-safe. */
final class VerifierThreads {
  private VerifierThreads() {}

  /**
   * Returns what comes of all items, in their order, a few at one time.
   *
   * @throws FlowException if this thread is interrupted; it stays interrupted
   */
  static <T, R> List<R> inParallel(
      ExecutorService executor, int parallel, List<T> items, Function<T, R> task) {
    List<CompletableFuture<R>> results = new ArrayList<>();
    items.forEach(item -> results.add(new CompletableFuture<>()));
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> takers = new ArrayList<>();
    for (int i = 0; i < Math.min(parallel, items.size()); i++) {
      takers.add(
          executor.submit(
              () -> {
                for (int k = next.getAndIncrement();
                    k < items.size() && !Thread.currentThread().isInterrupted();
                    k = next.getAndIncrement()) {
                  complete(results.get(k), items.get(k), task);
                }
              }));
    }
    try {
      List<R> all = new ArrayList<>();
      for (Future<R> result : results) {
        all.add(result.get());
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while verifying.", e);
    } catch (ExecutionException e) {
      throw new FlowException("Verifying failed: " + e.getCause(), e);
    } finally {
      takers.forEach(taker -> taker.cancel(true));
    }
  }

  private static <T, R> void complete(CompletableFuture<R> result, T item, Function<T, R> task) {
    try {
      result.complete(task.apply(item));
    } catch (Throwable error) {
      result.completeExceptionally(error);
    }
  }
}
