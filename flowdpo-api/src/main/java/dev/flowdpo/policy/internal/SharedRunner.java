package dev.flowdpo.policy.internal;

import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.policy.ServingLoad;
import dev.flowdpo.policy.ServingOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the work of all callers on one thread, in rounds that take every row that is ready: what
 * comes while a round runs joins the next one. Work in the background, a learner's, has all rounds
 * to itself while nobody else is there, and a share of them otherwise. Thread-safe.
 */
public final class SharedRunner implements FlowRunner {
  private static final Logger log = LoggerFactory.getLogger(SharedRunner.class);

  /** The thread ends when nothing came for so long, and comes back when something does. */
  private static final long IDLE = TimeUnit.SECONDS.toNanos(1);

  /** Callers that were seen within this time are expected back. */
  private static final long RECENT = TimeUnit.SECONDS.toNanos(1);

  /** How long a first round waits for others that begin at the same time, while they come. */
  private static final long GATHER = TimeUnit.MICROSECONDS.toNanos(200);

  private static final int MAX_GATHERS = 10;

  private final ServingOptions options;
  private final RoundWatcher watcher;
  private final OpenWorks open = new OpenWorks();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final RowQueue serving = new RowQueue();
  private final RowQueue learning = new RowQueue();
  private final RoundCost cost = new RoundCost();
  private boolean running;
  private long arrivals;
  private long lastServed = System.nanoTime() - RECENT;

  /** Is told of every round, on the thread that runs them; must be quick and must not throw. */
  @FunctionalInterface
  public interface RoundWatcher {
    /** Tells that a round of so many rows took so many nanoseconds. */
    void onRound(int rows, long nanos);
  }

  /** Creates a runner whose thread starts with the first work. */
  public SharedRunner(ServingOptions options, RoundWatcher watcher) {
    this.options = options;
    this.watcher = watcher;
  }

  @Override
  public ServingLoad load() {
    lock.lock();
    try {
      return new ServingLoad(
          serving.waiting(),
          serving.underWay() + learning.underWay(),
          serving.cacheBytes() + learning.cacheBytes());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void start(FlowWork work) {
    lock.lock();
    try {
      int limit = options.queueLimit();
      if (limit > 0 && serving.waiting() + work.size() > limit) {
        throw new FlowOverloadedException(
            "Flow: %d problems wait, and the limit is %d, so %d more are refused. Try again later, or raise queueLimit."
                .formatted(serving.waiting(), limit, work.size()));
      }
      begin(work, serving);
    } finally {
      lock.unlock();
    }
  }

  /** Begins work that gives way to that of {@link #start}. */
  public void startInBackground(FlowWork work) {
    lock.lock();
    try {
      begin(work, learning);
    } finally {
      lock.unlock();
    }
  }

  private void begin(FlowWork work, RowQueue queue) {
    open.add(work);
    work.completeIfDone();
    queue.add(work);
    arrivals++;
    changed.signalAll();
    if (!running) {
      Thread thread = new Thread(this::run, "flowdpo-rounds");
      thread.setDaemon(true);
      thread.start();
      running = true;
    }
  }

  private void run() {
    try {
      rounds();
    } catch (RuntimeException | Error e) {
      // Whatever it was, the callers must not wait for a thread that is gone.
      log.error("The thread of the rounds failed; its callers get the exception", e);
      lock.lock();
      try {
        running = false;
        serving.fail(e);
        learning.fail(e);
      } finally {
        lock.unlock();
      }
    }
  }

  private void rounds() {
    boolean fresh = true;
    List<FlowRow> rows = next(fresh);
    while (!rows.isEmpty()) {
      long begin = System.nanoTime();
      round(rows);
      long nanos = System.nanoTime() - begin;
      cost.add(rows.size(), nanos);
      watcher.onRound(rows.size(), nanos);
      fresh = rows.stream().allMatch(row -> row.work().isEnded());
      rows = next(fresh);
    }
  }

  private static void round(List<FlowRow> rows) {
    try {
      FlowRound.run(rows);
    } catch (RuntimeException | Error e) {
      rows.forEach(row -> row.work().fail(e));
    }
  }

  /**
   * Waits while solves are under way, so that a learner has no more than its share of the time.
   * Called by the learner after each piece of work that is not done in rounds.
   *
   * @param used how long the piece took, in nanoseconds
   */
  public void giveWay(long used) {
    double share = options.learnerShare();
    // A share of nothing would never learn; it waits for a pause, but not for ever.
    long left = (long) (used * (1 - share) / Math.max(share, 0.01));
    lock.lock();
    try {
      while (left > 0 && !serving.isEmpty()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for rows and returns those of the next round.
   *
   * @param gathering whether to wait a little for rows that come at the same time
   * @return none where nothing came for long: the thread is to end
   */
  private List<FlowRow> next(boolean gathering) {
    lock.lock();
    try {
      long left = IDLE;
      List<FlowRow> rows = List.of();
      while (rows.isEmpty()) { // also where all that was there ended while the round gathered
        while (isEmpty()) {
          if (left <= 0) {
            running = false;
            return List.of();
          }
          left = await(left);
        }
        if (gathering) {
          gather();
        }
        rows = select();
      }
      return rows;
    } finally {
      lock.unlock();
    }
  }

  private boolean isEmpty() {
    serving.dropEnded();
    learning.dropEnded();
    if (serving.isEmpty()) {
      changed.signalAll();
    }
    return serving.isEmpty() && learning.isEmpty();
  }

  private void gather() {
    for (int i = 0; i < MAX_GATHERS; i++) {
      long before = arrivals;
      long left = GATHER;
      while (left > 0 && arrivals == before) {
        left = await(left);
      }
      if (arrivals == before) {
        return;
      }
    }
  }

  /** Nobody has a reason to interrupt this thread; where somebody does, it goes on. */
  @SuppressWarnings("WaitNotInLoop") // all callers loop
  private long await(long nanos) {
    try {
      return changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      return nanos;
    }
  }

  private List<FlowRow> select() {
    long limit = options.cacheBytes() == 0 ? Long.MAX_VALUE : options.cacheBytes();
    long held = limit == Long.MAX_VALUE ? 0 : serving.cacheBytes() + learning.cacheBytes();
    List<FlowRow> rows = new ArrayList<>(serving.take(options.maxRows(), limit - held));
    long now = System.nanoTime();
    int room = options.maxRows() - rows.size();
    if (!rows.isEmpty()) {
      lastServed = now;
    }
    if (now - lastServed < RECENT) {
      room = Math.min(room, cost.rowsWithin(options.learnerShare(), Math.max(1, rows.size())));
    }
    long begun = rows.stream().filter(row -> !row.started()).mapToLong(FlowRow::cacheBytes).sum();
    rows.addAll(learning.take(Math.max(1, room), limit - held - begun));
    if (rows.isEmpty()) {
      // One that needs more than there may be at all goes alone.
      rows.addAll(serving.take(1, Long.MAX_VALUE));
    }
    if (rows.isEmpty()) {
      rows.addAll(learning.take(1, Long.MAX_VALUE));
    }
    return rows;
  }

  @Override
  public void close(Duration patience) {
    open.close(patience);
  }
}
