package dev.flowdpo.runtime.inference;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;

/**
 * The keys and values that one run wrote, {@code [rows, steps, headSize]} for each layer's keys and
 * each layer's values, where a row is a head of a sequence. In native memory, or on the Java heap
 * where there was no room.
 *
 * <p>Native memory goes back to {@link KvMemory} with the last claim ({@link KvClaim}), or, if
 * nobody ever claimed it, when the slab is garbage: while a slab is reachable and has a claim, or
 * never had one, it may be read. Thread-safe.
 */
final class KvSlab {
  /** For claims, too: each cleaner has a thread. */
  static final Cleaner CLEANER = Cleaner.create();

  private final ByteBuffer[] sides;
  private final int rowBytes;
  private final Runnable giveBack;
  private int claims;
  private boolean given;

  private KvSlab(ByteBuffer[] sides, int rowBytes) {
    this.sides = sides;
    this.rowBytes = rowBytes;
    this.giveBack = () -> {};
  }

  private KvSlab(KvMemory.Region region, int sides, long side, int rowBytes) {
    this.sides = new ByteBuffer[sides];
    for (int i = 0; i < sides; i++) {
      this.sides[i] = region.part(i * side, side);
    }
    this.rowBytes = rowBytes;
    this.giveBack = CLEANER.register(this, region)::clean;
  }

  /**
   * Returns a slab in native memory, which it gives back.
   *
   * @param sides twice the number of layers
   * @param side the bytes of each
   * @param rowBytes the bytes of a row
   */
  static KvSlab in(KvMemory.Region region, int sides, long side, int rowBytes) {
    return new KvSlab(region, sides, side, rowBytes);
  }

  /** Returns a slab of memory that needs no owner, one piece for each side. */
  static KvSlab of(ByteBuffer[] sides, int rowBytes) {
    return new KvSlab(sides.clone(), rowBytes);
  }

  /** Returns the memory of a side. */
  ByteBuffer side(int index) {
    return sides[index];
  }

  /** Returns the first byte of a row in a side. */
  int place(int row) {
    return row * rowBytes;
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
    if (claims == 0) {
      giveBack();
    }
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
