package dev.flowdpo.runtime.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads maps whose keys are all known to be there. Stateless and thread-safe. */
public final class Lookup {
  private Lookup() {}

  /**
   * Returns what the map holds for a key.
   *
   * @throws IllegalStateException if it holds nothing for it
   */
  public static <K, V> V required(Map<K, V> map, K key) {
    @Nullable V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException(
          "expected a value for " + key + ", found values for " + map.keySet() + " only");
    }
    return value;
  }
}
