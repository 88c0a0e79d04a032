package dev.flowdpo.runtime.learning;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may learn, and when. One thread at a time has the turn, for one group; between turns a
 * learner can be paused, stopped and saved. What may be broken off runs in {@link #interruptibly},
 * which is the only place where this class interrupts a thread: never while files are written.
 * Thread-safe.
 */
final class LearningTurns {
  /** Says that a group was broken off, by an interrupt or since the learner ends. */
  static final class BrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BrokenOffException(@Nullable Throwable cause) {
      super("broken off", cause);
    }
  }

  private final ReentrantLock turn = new ReentrantLock(true);

  /** Threads that work for who has the turn, which waits for them. */
  private final Set<Thread> working = ConcurrentHashMap.newKeySet();

  private boolean paused;
  private boolean stopped;
  private boolean breaking;
  private @Nullable Thread inside;
  private boolean interruptedInside;

  /**
   * Waits for this thread's turn, and while the learner is paused.
   *
   * @return false where the learner is stopped; there is no turn to end then
   * @throws InterruptedException if this thread is interrupted first
   */
  boolean begin() throws InterruptedException {
    while (true) {
      if (!awaitRunning()) {
        return false;
      }
      turn.lockInterruptibly();
      if (isRunning()) {
        return true;
      }
      turn.unlock();
    }
  }

  private synchronized boolean awaitRunning() throws InterruptedException {
    while (paused && !stopped) {
      wait();
    }
    return !stopped;
  }

  private synchronized boolean isRunning() {
    return !paused && !stopped;
  }

  /** Waits for the turn whatever the state is, and for no longer than the group under way takes. */
  void lock() {
    if (working.contains(Thread.currentThread())) {
      throw new IllegalStateException(
          "learner: expected a call from outside of learning, found one of a part that rolls out"
              + " ahead of it, which would wait for itself");
    }
    turn.lock();
  }

  /**
   * Waits for the turn whatever the state is, a while.
   *
   * @throws InterruptedException if this thread is interrupted first
   */
  boolean lock(long nanos) throws InterruptedException {
    return turn.tryLock(nanos, TimeUnit.NANOSECONDS);
  }

  /** Ends this thread's turn. */
  void end() {
    turn.unlock();
  }

  /** Says whether this thread has the turn: it is in a listener, or in the sampler. */
  boolean isMine() {
    return turn.isHeldByCurrentThread() || working.contains(Thread.currentThread());
  }

  /** Returns a new daemon that works for who has the turn, and so never waits for one. */
  Thread working(Runnable task, String name) {
    Thread thread =
        new Thread(
            () -> {
              working.add(Thread.currentThread());
              try {
                task.run();
              } finally {
                working.remove(Thread.currentThread());
              }
            },
            name);
    thread.setDaemon(true);
    return thread;
  }

  synchronized void pause() {
    paused = true;
  }

  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  /** Lets nobody begin any more. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** Breaks off what is under way as soon as that can be, and whatever may begin later. */
  synchronized void breakOff() {
    breaking = true;
    if (inside != null && inside != Thread.currentThread()) {
      interruptedInside = true;
      inside.interrupt();
    }
  }

  /** Says whether the thread with the turn should not begin anything long. */
  boolean isBreaking() {
    synchronized (this) {
      if (breaking) {
        return true;
      }
    }
    return Thread.currentThread().isInterrupted();
  }

  /**
   * Does what may be broken off by an interrupt.
   *
   * @throws BrokenOffException if it was; an interrupt that came from elsewhere stays set
   */
  <T> T interruptibly(Supplier<T> task) {
    enter();
    try {
      return task.get();
    } catch (RuntimeException e) {
      throw isBreaking() ? new BrokenOffException(e) : e;
    } finally {
      leave();
    }
  }

  private void enter() {
    if (isBreaking()) {
      throw new BrokenOffException(null);
    }
    synchronized (this) {
      inside = Thread.currentThread();
    }
  }

  private synchronized void leave() {
    inside = null;
    if (interruptedInside) {
      interruptedInside = false;
      // It was this class that interrupted; nobody else is to see it.
      Thread.interrupted();
    }
  }
}
