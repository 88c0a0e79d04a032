package dev.flowdpo.openai;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one call, asked for at the same time. The calling thread waits for news of them,
 * tells the watcher, and ends all requests where it is interrupted, where nobody waits any more,
 * and where one fails.
 */
final class BatchCall {
  private final Endpoint endpoint;
  private final RequestSlots slots;
  private final ChunkWatcher watcher;
  private final List<ChunkRequest> requests;
  private final List<ChunkCall> calls = new ArrayList<>();
  private final BlockingQueue<Runnable> news = new LinkedBlockingQueue<>();
  private int open;

  BatchCall(
      Endpoint endpoint, RequestSlots slots, List<ChunkRequest> requests, ChunkWatcher watcher) {
    this.endpoint = endpoint;
    this.slots = slots;
    this.requests = requests;
    this.watcher = watcher;
  }

  List<Chunk> run() {
    requests.forEach(this::refuseWhatCannotContinue);
    for (ChunkRequest request : requests) {
      calls.add(call(calls.size(), request));
    }
    open = calls.size();
    watcher.onUnwanted(this::end);
    try {
      for (ChunkCall call : calls) {
        slots.enter(
            () -> {
              CompletableFuture<Chunk> unused =
                  call.chunk().whenComplete((chunk, failure) -> slots.leave());
              call.start();
            });
      }
      while (open > 0) {
        news.take().run();
      }
      return calls.stream().map(call -> call.chunk().join()).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while the " + endpoint + " writes.", e);
    } finally {
      end();
    }
  }

  private void refuseWhatCannotContinue(ChunkRequest request) {
    if (request.prefix().depth() > 0 && !endpoint.settings().continuation().continues()) {
      throw new FlowException(
          "The %s: expected to write whole answers, found one of %d chunks to go on with, which this"
                  .formatted(endpoint, request.prefix().depth())
              + " endpoint cannot. Set maxChunks(1), or a Continuation that the endpoint has.");
    }
  }

  private ChunkCall call(int row, ChunkRequest request) {
    boolean streams = watcher.stride() < request.maxTokens();
    ChunkCall call =
        new ChunkCall(endpoint, request, streams, text -> news.add(() -> tell(row, text)));
    CompletableFuture<Chunk> unused =
        call.chunk().whenComplete((chunk, failure) -> news.add(() -> ended(row, failure)));
    return call;
  }

  private void tell(int row, String text) {
    if (watcher.isWanted(row)) {
      watcher.onText(row, text);
    } else {
      calls.get(row).stop();
    }
  }

  private void ended(int row, @Nullable Throwable failure) {
    open--;
    if (failure == null) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof FailedTryException known) {
      throw known.toFlowException("The " + endpoint + " " + known.getMessage() + ".");
    }
    if (cause instanceof TimeoutException) {
      String last = calls.get(row).lastFailure();
      throw new FlowException(
          "The %s took longer than the time limit of %s%s."
              .formatted(
                  endpoint,
                  endpoint.settings().timeLimit(),
                  last.isEmpty() ? "" : "; before, it " + last));
    }
    if (cause instanceof CancellationException) {
      throw new FlowException("The " + endpoint + " was given up: nobody waits for its text.");
    }
    if (cause instanceof RuntimeException known) {
      throw known;
    }
    throw new FlowException("The " + endpoint + " failed.", cause);
  }

  private void end() {
    calls.forEach(call -> call.chunk().cancel(true));
  }
}
