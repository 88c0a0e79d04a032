package dev.flowdpo.policy;

/**
 * Watches one call of {@link FlowPolicy#extend(java.util.List, ChunkWatcher)}, and says when nobody
 * waits for it any more. Engines call it from the thread that runs the call; {@link #isWanted} is
 * thread-safe.
 */
public interface ChunkWatcher {
  /** Watches nothing and wants everything. */
  ChunkWatcher NONE = new ChunkWatcher() {};

  /**
   * Returns how many tokens may be written between two calls of {@link #onText}.
   *
   * @return at least 1; by default a chunk is written in one go, which is fastest, and {@code
   *     onText} need not be called
   */
  default int stride() {
    return Integer.MAX_VALUE;
  }

  /**
   * Tells what a row's chunk holds so far.
   *
   * @param row its place among the requests
   * @param text the text of the chunk from its begin; only grows
   */
  default void onText(int row, String text) {}

  /**
   * Says whether anybody waits for a row's chunk. A policy may give up the rows that nobody wants,
   * and return for them whatever it has.
   *
   * @param row its place among the requests
   * @return by default true
   */
  default boolean isWanted(int row) {
    return true;
  }

  /**
   * Sets what ends the call early once no row is wanted, after which the call may throw whatever it
   * likes. Runs at most once, on any thread, perhaps at once; the one set last counts.
   *
   * @param abort what to do; must not block
   */
  default void onUnwanted(Runnable abort) {}
}
