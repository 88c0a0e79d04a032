package dev.flowdpo.runtime.inference;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The keys and values that one run wrote, or that one run reads, {@code [rows, steps, headSize]}
 * for each layer's keys and each layer's values, where a row is a head of a sequence. In native
 * memory, or on the Java heap where there was no room.
 *
 * <p>Native memory goes back to {@link KvMemory} with the last claim ({@link KvTokens}), or, if
 * nobody ever claimed it, when the slab is garbage: while a slab is reachable and has a claim, or
 * never had one, it may be read. Thread-safe.
 */
final class KvSlab {
  /** For claims, too: each cleaner has a thread. */
  static final Cleaner CLEANER = Cleaner.create();

  private final ByteBuffer[] sides;
  private final int rowBytes;
  private final List<KvMemory.Region> regions;
  private final Runnable giveBack;
  private int claims;
  private boolean given;

  private KvSlab(ByteBuffer[] sides, int rowBytes, List<KvMemory.Region> regions) {
    this.sides = sides;
    this.rowBytes = rowBytes;
    this.regions = regions;
    this.giveBack =
        regions.isEmpty()
            ? () -> {}
            : CLEANER.register(this, () -> regions.forEach(KvMemory.Region::run))::clean;
  }

  /**
   * Returns a slab in one region of native memory, which it gives back.
   *
   * @param sides twice the number of layers
   * @param side the bytes of each
   * @param rowBytes the bytes of a row
   */
  static KvSlab in(KvMemory.Region region, int sides, long side, int rowBytes) {
    ByteBuffer[] parts = new ByteBuffer[sides];
    for (int i = 0; i < sides; i++) {
      parts[i] = region.part(i * side, side);
    }
    return new KvSlab(parts, rowBytes, List.of(region));
  }

  /** Returns a slab with a region of native memory for each side, which it gives back. */
  static KvSlab in(List<KvMemory.Region> regions, long side, int rowBytes) {
    ByteBuffer[] parts =
        regions.stream().map(region -> region.part(0, side)).toArray(ByteBuffer[]::new);
    return new KvSlab(parts, rowBytes, List.copyOf(regions));
  }

  /** Returns a slab of memory that needs no owner, one piece for each side. */
  static KvSlab of(ByteBuffer[] sides, int rowBytes) {
    return new KvSlab(sides.clone(), rowBytes, List.of());
  }

  /** Returns the memory of a side. */
  ByteBuffer side(int index) {
    return sides[index];
  }

  /** Returns the first byte of a row in a side. */
  int place(int row) {
    return row * rowBytes;
  }

  /** Returns the bytes of all sides. */
  long bytes() {
    return (long) sides.length * sides[0].capacity();
  }

  /** Claims it, or returns false where its memory is given back. */
  synchronized boolean claim() {
    if (given) {
      return false;
    }
    claims++;
    return true;
  }

  /** Ends a claim; the last one gives the memory back. */
  synchronized void release() {
    claims--;
    if (claims == 0 && !given) {
      giveBack();
    }
  }

  /** Whether its memory is there and so many claims are all that there are. */
  synchronized boolean hasOnly(int expected) {
    return !given && claims == expected;
  }

  /**
   * Refuses claims from now on, if so many are all that there are: who has them reads what is left
   * and gives the sides back.
   */
  synchronized boolean takeOver(int expected) {
    if (!hasOnly(expected)) {
      return false;
    }
    given = true;
    return true;
  }

  /** Takes claims again, of which the caller has all; no side was given back. */
  synchronized void leave() {
    given = false;
  }

  /** Gives a side back that was taken over, the sides before it too. */
  void giveSide(int index) {
    if (regions.size() == 1) {
      regions.get(0).giveBefore((index + 1L) * sides[index].capacity());
    } else if (!regions.isEmpty()) {
      regions.get(index).run();
    }
  }

  /** Whether it lies in native memory. */
  boolean isNative() {
    return !regions.isEmpty();
  }

  /** Gives the memory back where nobody has claimed any of it, nor will. */
  synchronized void giveBackUnclaimed() {
    if (claims == 0 && !given) {
      giveBack();
    }
  }

  /** Gives the memory back that nobody reads. */
  synchronized void giveBack() {
    given = true;
    giveBack.run();
  }
}
