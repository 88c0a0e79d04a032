package dev.flowdpo.runtime.memory;

import com.google.common.base.Preconditions;

/**
 * One thing that takes memory. Immutable and thread-safe.
 *
 * @param name what it is, for people
 * @param place where it lies
 * @param bytes how much it takes, not negative
 */
public record MemoryPart(String name, MemoryPlace place, long bytes) {
  /** Checks the number. */
  public MemoryPart {
    Preconditions.checkArgument(bytes >= 0, "%s: negative number of bytes %s", name, bytes);
  }
}
