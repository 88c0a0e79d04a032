package dev.flowdpo.runtime.inference;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.flowdpo.error.FlowException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The native memory for the keys and values of a model: regions that are cut from a few large
 * buffers, given back, and cut again. Together they never take more than a limit; what does not fit
 * is for the Java heap to hold ({@link KvOutputs}), whose garbage collections give regions back
 * that nobody gave back himself. Thread-safe.
 */
final class KvMemory implements AutoCloseable {
  // The size of a buffer, unless one region needs more: small where little may be held.
  private static final int LARGEST_UNIT = 1 << 24;
  private static final int SMALLEST_UNIT = 1 << 20;
  private static final int UNITS = 16;
  // Of so many buffers in use, one unused is kept: a dropped one stays until the collector runs.
  private static final int KEPT_SHARE = 8;

  private final long limit;
  private final long unit;
  private final List<Arena> arenas = new ArrayList<>();
  private final Object moving = new Object();
  private long held;
  private long used;
  private boolean closed;

  /** A buffer and its free parts: the size of each by its beginning. */
  private record Arena(ByteBuffer memory, TreeMap<Integer, Integer> free) {
    boolean isUnused() {
      return free.getOrDefault(0, 0) == memory.capacity();
    }
  }

  /**
   * A part of a buffer that belongs to whoever took it, until it is given back, at once or from its
   * ends.
   */
  final class Region implements Runnable {
    private final Arena arena;
    private final int origin;
    private int begin;
    private int end;

    private Region(Arena arena, int begin, int size) {
      this.arena = arena;
      this.origin = begin;
      this.begin = begin;
      this.end = begin + size;
    }

    /** Returns a part of its memory, in native byte order; what is in it is not cleared. */
    ByteBuffer part(long offset, long bytes) {
      int from = origin + Math.toIntExact(offset);
      return arena.memory.slice(from, (int) bytes).order(ByteOrder.nativeOrder());
    }

    /** Gives back what lies before an offset, as far as that is not done. */
    void giveBefore(long offset) {
      synchronized (KvMemory.this) {
        int bytes = Math.toIntExact(offset) / NativeScratch.ALIGNMENT * NativeScratch.ALIGNMENT;
        int until = Math.min(end, origin + bytes);
        if (until > begin) {
          int from = begin;
          begin = until;
          give(arena, from, until - from);
        }
      }
    }

    /** Gives back what lies from an offset on, as far as that is not done. */
    void giveFrom(long offset) {
      synchronized (KvMemory.this) {
        int from =
            Math.max(
                begin, origin + (int) NativeScratch.roundedUp(offset, NativeScratch.ALIGNMENT));
        if (from < end) {
          int until = end;
          end = from;
          give(arena, from, until - from);
        }
      }
    }

    /** Gives back all of it that is not given back. */
    @Override
    public void run() {
      giveFrom(0);
    }
  }

  /**
   * Creates memory that holds nothing yet.
   *
   * @param limit the most bytes to hold
   */
  KvMemory(long limit) {
    this.limit = limit;
    this.unit = Math.max(SMALLEST_UNIT, Math.min(LARGEST_UNIT, limit / UNITS));
  }

  /**
   * Returns memory that takes at most a quarter of what the JVM allows for direct buffers, so that
   * the inputs of runs have room beside it.
   */
  static KvMemory create() {
    return new KvMemory(directMemory() / 4);
  }

  /** What the option is; where it is not set, or a JVM does not know it, the size of the heap. */
  private static long directMemory() {
    long chosen = 0;
    for (HotSpotDiagnosticMXBean machine :
        ManagementFactory.getPlatformMXBeans(HotSpotDiagnosticMXBean.class)) {
      chosen = Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
    }
    return chosen == 0 ? Runtime.getRuntime().maxMemory() : chosen;
  }

  /** Returns a region, or none where that would pass the limit. */
  synchronized Optional<Region> take(long bytes) {
    return take(bytes, limit);
  }

  /**
   * Returns a region, even past the limit: for one who gives as much back at once.
   *
   * @throws FlowException if the JVM allows no more
   */
  synchronized Region takeAnyway(long bytes) {
    return take(bytes, Long.MAX_VALUE)
        .orElseThrow(
            () ->
                new FlowException(
                    "There is no native memory of "
                        + bytes
                        + " bytes for keys and values. Raise -XX:MaxDirectMemorySize, or take fewer problems at a time"));
  }

  private Optional<Region> take(long bytes, long most) {
    long size = NativeScratch.roundedUp(Math.max(bytes, 1), NativeScratch.ALIGNMENT);
    if (closed || size > Math.min(most, Integer.MAX_VALUE)) {
      return Optional.empty();
    }
    for (Arena arena : arenas) {
      Optional<Region> region = cut(arena, (int) size);
      if (region.isPresent()) {
        return region;
      }
    }
    return grow((int) size, most)
        ? cut(arenas.get(arenas.size() - 1), (int) size)
        : Optional.empty();
  }

  private boolean grow(int size, long most) {
    if (held + Math.max(size, unit) > most) {
      dropUnused(0);
    }
    long capacity = Math.max(size, Math.min(unit, most - held));
    if (held + capacity > most) {
      return false;
    }
    ByteBuffer memory;
    try {
      memory = ByteBuffer.allocateDirect(Math.toIntExact(capacity));
    } catch (OutOfMemoryError e) {
      return false; // others hold what the JVM allows
    }
    Arena arena = new Arena(memory, new TreeMap<>());
    arena.free.put(0, memory.capacity());
    arenas.add(arena);
    held += capacity;
    return true;
  }

  /** Takes the first free part that is large enough. */
  private Optional<Region> cut(Arena arena, int size) {
    for (Map.Entry<Integer, Integer> part : arena.free.entrySet()) {
      int begin = part.getKey();
      int left = part.getValue() - size;
      if (left >= 0) {
        arena.free.remove(begin);
        if (left > 0) {
          arena.free.put(begin + size, left);
        }
        used += size;
        return Optional.of(new Region(arena, begin, size));
      }
    }
    return Optional.empty();
  }

  private void give(Arena arena, int from, int bytes) {
    int begin = from;
    int size = bytes;
    used -= size;
    Map.Entry<Integer, Integer> before = arena.free.lowerEntry(begin);
    if (before != null && before.getKey() + before.getValue() == begin) {
      begin = before.getKey();
      size += before.getValue();
    }
    Integer after = arena.free.remove(from + bytes);
    arena.free.put(begin, after == null ? size : size + after);
    dropUnused(1 + (int) (used / (KEPT_SHARE * unit)));
  }

  /** Leaves buffers of which no part is in use to the garbage collector, all but some. */
  private void dropUnused(int kept) {
    List<Arena> unused = arenas.stream().filter(Arena::isUnused).skip(kept).toList();
    for (Arena arena : unused) {
      held -= arena.memory.capacity();
      arenas.removeIf(one -> one == arena);
    }
  }

  /** Returns what a thread locks that moves regions' contents, or copies what may be moved. */
  Object moving() {
    return moving;
  }

  /** Returns the bytes that are taken and not given back. */
  synchronized long used() {
    return used;
  }

  /** Returns the bytes of all buffers. */
  synchronized long held() {
    return held;
  }

  /** Gives out no more and drops the buffers, which stay as long as a region is in use. */
  @Override
  public synchronized void close() {
    closed = true;
    arenas.clear();
    held = 0;
  }
}
