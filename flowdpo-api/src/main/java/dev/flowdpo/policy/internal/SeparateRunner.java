package dev.flowdpo.policy.internal;

import dev.flowdpo.policy.ServingLoad;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Runs every work on a thread of its own, whose calls are those of this work alone: for policies
 * and judges of an application, which may wait for other machines. A work that is cancelled has its
 * thread interrupted. Thread-safe.
 */
public final class SeparateRunner implements FlowRunner {
  private final OpenWorks open = new OpenWorks();
  private final ExecutorService threads;

  /** Creates a runner on threads that it does not end. */
  public SeparateRunner(ExecutorService threads) {
    this.threads = threads;
  }

  @Override
  public void start(FlowWork work) {
    open.add(work);
    Future<?> running = threads.submit(() -> run(work));
    work.whenEnded(failure -> failure.ifPresent(cause -> running.cancel(true)));
  }

  @Override
  public ServingLoad load() {
    return new ServingLoad(0, open.rows(), 0);
  }

  /** Runs rounds on the calling thread until the work ends. */
  static void run(FlowWork work) {
    List<FlowRow> live = work.liveRows();
    while (!live.isEmpty()) {
      FlowRound.run(live);
      live = work.liveRows();
    }
    work.completeIfDone();
  }

  @Override
  public void close(Duration patience) {
    open.close(patience);
  }
}
