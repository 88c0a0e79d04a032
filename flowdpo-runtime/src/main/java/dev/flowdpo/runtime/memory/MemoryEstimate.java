package dev.flowdpo.runtime.memory;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The memory of a whole process, part by part. Immutable and thread-safe.
 *
 * @param parts what takes memory; parts of no bytes are left out
 */
public record MemoryEstimate(List<MemoryPart> parts) {
  /** Leaves out what takes nothing. */
  public MemoryEstimate {
    parts =
        parts.stream().filter(part -> part.bytes() > 0).collect(ImmutableList.toImmutableList());
  }

  /** {@return the sum of all parts, in bytes} */
  public long total() {
    return parts.stream().mapToLong(MemoryPart::bytes).reduce(0, Math::addExact);
  }

  /**
   * {@return the sum of the parts in one place, in bytes}
   *
   * @param place the place
   */
  public long total(MemoryPlace place) {
    return parts.stream()
        .filter(part -> part.place() == place)
        .mapToLong(MemoryPart::bytes)
        .reduce(0, Math::addExact);
  }
}
