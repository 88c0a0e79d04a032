package dev.flowdpo.policy.internal;

import dev.flowdpo.error.FlowClosedException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The works of a runner that have not ended, and whether more may come. Thread-safe. */
final class OpenWorks {
  private final Set<FlowWork> works = new LinkedHashSet<>();
  private boolean closed;

  /** Takes a work in until it ends. */
  void add(FlowWork work) {
    synchronized (this) {
      if (closed) {
        throw closed();
      }
      works.add(work);
    }
    work.whenEnded(failure -> remove(work));
  }

  private synchronized void remove(FlowWork work) {
    works.remove(work);
  }

  /** Returns the number of rows that are not at their ends. */
  synchronized int rows() {
    return works.stream().mapToInt(work -> work.liveRows().size()).sum();
  }

  private synchronized List<FlowWork> closeAndList() {
    closed = true;
    return List.copyOf(works);
  }

  /** Takes no more in, waits, and ends what is left. */
  void close(Duration patience) {
    List<FlowWork> left = closeAndList();
    CountDownLatch ends = new CountDownLatch(left.size());
    left.forEach(work -> work.whenEnded(failure -> ends.countDown()));
    boolean interrupted = false;
    try {
      var unused = ends.await(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true; // no patience left
    }
    left.forEach(work -> work.fail(closed()));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static FlowClosedException closed() {
    return new FlowClosedException("Flow: closed; build a new one.");
  }
}
