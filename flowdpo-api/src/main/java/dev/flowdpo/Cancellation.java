package dev.flowdpo;

import java.util.ArrayList;
import java.util.List;

/**
 * Cancels the solves that it was given to by {@link SolveOptions.Builder#cancellation}, those that
 * begin later too. The callers get a {@link SolveCancelledException} at once. Thread-safe.
 */
public final class Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  /** Creates one that has not happened yet. */
  public Cancellation() {}

  /** Cancels; again does nothing. */
  public void cancel() {
    List<Runnable> due;
    synchronized (this) {
      cancelled = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }

  /** {@return whether it was cancelled} */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Has something done when it is cancelled, at once where it is already. */
  void whenCancelled(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  synchronized void forget(Runnable action) {
    actions.remove(action);
  }
}
