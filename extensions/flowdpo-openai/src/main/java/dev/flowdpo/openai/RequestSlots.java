package dev.flowdpo.openai;

import java.util.ArrayDeque;
import java.util.Queue;

/** Starts requests in their order, so many at a time. Thread-safe. */
final class RequestSlots {
  private static final Runnable NONE = () -> {};

  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int free;
  private boolean starting;

  RequestSlots(int slots) {
    this.free = slots;
  }

  /**
   * Starts the request now or when its turn comes, on any thread; it {@link #leave}s at its end.
   */
  void enter(Runnable start) {
    synchronized (this) {
      waiting.add(start);
    }
    startAll();
  }

  void leave() {
    synchronized (this) {
      free++;
    }
    startAll();
  }

  /** A request that ends while it starts comes here again, and leaves the rest to the loop. */
  private void startAll() {
    for (Runnable next = next(false); next != NONE; next = next(true)) {
      next.run();
    }
  }

  private synchronized Runnable next(boolean goesOn) {
    if (starting && !goesOn) {
      return NONE;
    }
    starting = free > 0 && !waiting.isEmpty();
    if (!starting) {
      return NONE;
    }
    free--;
    return waiting.remove();
  }
}
