package dev.flowdpo.runtime.adapter;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a learner publishes snapshots and where solves pick them up. A solve reads the slot once, when it begins.
 * Thread-safe.
 */
public final class AdapterSlot {
  private final AtomicReference<AdapterSnapshot> current;

  /** Starts with this snapshot. */
  public AdapterSlot(AdapterSnapshot initial) {
    this.current = new AtomicReference<>(initial);
  }

  /** Returns the snapshot published last. */
  public AdapterSnapshot current() {
    return current.get();
  }

  /** Makes a snapshot the one that solves beginning from now on use. */
  public void publish(AdapterSnapshot snapshot) {
    current.set(snapshot);
  }
}
