package dev.flowdpo.runtime.inference;

import com.sun.management.HotSpotDiagnosticMXBean;
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

  private final long limit;
  private final long unit;
  private final List<Arena> arenas = new ArrayList<>();
  private long held;
  private long used;
  private boolean closed;

  /** A buffer and its free parts: the size of each by its beginning. */
  private record Arena(ByteBuffer memory, TreeMap<Integer, Integer> free) {
    boolean isUnused() {
      return free.getOrDefault(0, 0) == memory.capacity();
    }
  }

  /** A part of a buffer that belongs to whoever took it, until it is given back. */
  final class Region implements Runnable {
    private final Arena arena;
    private final int begin;
    private final int size;

    private Region(Arena arena, int begin, int size) {
      this.arena = arena;
      this.begin = begin;
      this.size = size;
    }

    /** Returns a part of its memory, in native byte order; what is in it is not cleared. */
    ByteBuffer part(long offset, long bytes) {
      int from = begin + Math.toIntExact(offset);
      return arena.memory.slice(from, (int) bytes).order(ByteOrder.nativeOrder());
    }

    /** Gives it back; once. */
    @Override
    public void run() {
      give(this);
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
    long size = NativeScratch.roundedUp(Math.max(bytes, 1), NativeScratch.ALIGNMENT);
    if (closed || size > Math.min(limit, Integer.MAX_VALUE)) {
      return Optional.empty();
    }
    for (Arena arena : arenas) {
      Optional<Region> region = cut(arena, (int) size);
      if (region.isPresent()) {
        return region;
      }
    }
    return grow((int) size) ? cut(arenas.get(arenas.size() - 1), (int) size) : Optional.empty();
  }

  private boolean grow(int size) {
    if (held + Math.max(size, unit) > limit) {
      dropUnused(0);
    }
    long capacity = Math.max(size, Math.min(unit, limit - held));
    if (held + capacity > limit) {
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

  private synchronized void give(Region region) {
    TreeMap<Integer, Integer> free = region.arena.free;
    int begin = region.begin;
    int size = region.size;
    used -= size;
    Map.Entry<Integer, Integer> before = free.lowerEntry(begin);
    if (before != null && before.getKey() + before.getValue() == begin) {
      begin = before.getKey();
      size += before.getValue();
    }
    Integer after = free.remove(region.begin + region.size);
    free.put(begin, after == null ? size : size + after);
    dropUnused(1);
  }

  /** Leaves buffers of which no part is in use to the garbage collector, all but some. */
  private void dropUnused(int kept) {
    List<Arena> unused = arenas.stream().filter(Arena::isUnused).skip(kept).toList();
    for (Arena arena : unused) {
      held -= arena.memory.capacity();
      arenas.removeIf(one -> one == arena);
    }
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
