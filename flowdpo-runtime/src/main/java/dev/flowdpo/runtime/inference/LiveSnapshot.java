package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model under the adapter that a slot holds: one object for each state of the adapter, so that
 * all callers of a state share its calls and what it remembers. Thread-safe.
 */
final class LiveSnapshot<T> {
  private final AdapterSlot slot;
  private final Function<AdapterSnapshot, T> make;
  private volatile @Nullable Made<T> current;

  private record Made<T>(AdapterSnapshot adapter, T model) {}

  LiveSnapshot(AdapterSlot slot, Function<AdapterSnapshot, T> make) {
    this.slot = slot;
    this.make = make;
  }

  /** Returns the model under the adapter published last. */
  T current() {
    AdapterSnapshot adapter = slot.current();
    Made<T> known = current;
    if (known == null || known.adapter != adapter) {
      known = new Made<>(adapter, make.apply(adapter));
      current = known;
    }
    return known.model;
  }
}
