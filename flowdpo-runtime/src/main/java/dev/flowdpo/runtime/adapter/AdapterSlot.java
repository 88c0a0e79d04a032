package dev.flowdpo.runtime.adapter;

/**
 * Where a learner publishes snapshots and where solves pick them up. A solve reads the slot once,
 * when it begins. Thread-safe.
 */
public final class AdapterSlot {
  private volatile AdapterSnapshot current;

  /** Starts with this snapshot. */
  public AdapterSlot(AdapterSnapshot initial) {
    this.current = initial;
  }

  /** Returns the snapshot published last. */
  public AdapterSnapshot current() {
    return current;
  }

  /** Makes a snapshot the one that solves beginning from now on use. */
  public void publish(AdapterSnapshot snapshot) {
    current = snapshot;
  }
}
