package dev.flowdpo.runtime.inference;

import com.google.common.base.Preconditions;
import dev.flowdpo.error.FlowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory for the inputs of one run after another: slabs that pieces are cut from, and that
 * are kept for the next run. Not thread-safe: one run at a time uses it.
 *
 * <p>Slabs double up to {@value #UNIT} bytes, and from there on are as large as a piece needs, in
 * such units. So what is held is little more than what the largest run used: a slab that doubled
 * without end would be half empty, and copies that are merged into one would be held twice until
 * the garbage collector frees the parts.
 */
final class NativeScratch {
  /** The size from which slabs do not double any more. */
  static final int UNIT = 1 << 24;

  static final int ALIGNMENT = 64;
  private static final long FIRST_SLAB = 1L << 16;

  /** Each with its position after the last piece. */
  private final List<ByteBuffer> slabs = new ArrayList<>();

  private boolean grew;

  /**
   * Returns uncleared native memory in native byte order.
   *
   * @throws FlowException if the JVM allows no more
   */
  static ByteBuffer direct(long bytes) {
    Preconditions.checkArgument(
        bytes <= Integer.MAX_VALUE,
        "One tensor of %s bytes is more than a buffer holds; use a smaller batch",
        bytes);
    try {
      return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      throw new FlowException(
          "There is no native memory of "
              + bytes
              + " bytes for the tensors of a run: "
              + e.getMessage()
              + ". Raise -XX:MaxDirectMemorySize, or take fewer problems at a time",
          e);
    }
  }

  /** Cuts a piece from the first slab with room; its contents are whatever was there. */
  ByteBuffer take(long bytes) {
    long padded = roundedUp(bytes, ALIGNMENT);
    for (ByteBuffer slab : slabs) {
      if (slab.remaining() >= padded) {
        return cut(slab, bytes, padded);
      }
    }
    long doubled = Math.min(Math.max(total(), FIRST_SLAB), UNIT);
    long size = padded <= doubled ? doubled : Math.max(padded, inUnits(padded));
    ByteBuffer slab = direct(size);
    slabs.add(slab);
    grew = true;
    return cut(slab, bytes, padded);
  }

  private static ByteBuffer cut(ByteBuffer slab, long bytes, long padded) {
    ByteBuffer piece = slab.slice(slab.position(), (int) bytes).order(ByteOrder.nativeOrder());
    slab.position(slab.position() + (int) padded);
    return piece;
  }

  /** A size above the unit in whole units, as far as a buffer can be that large. */
  private static long inUnits(long bytes) {
    return bytes <= UNIT ? bytes : Math.min(roundedUp(bytes, UNIT), Integer.MAX_VALUE);
  }

  static long roundedUp(long bytes, long unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  /** Returns the bytes that are held. */
  long total() {
    return slabs.stream().mapToLong(ByteBuffer::capacity).sum();
  }

  /**
   * Makes all memory available again. Small slabs become one that holds as much. Slabs that stood
   * empty while others had to be added go: they were too small for what runs now ask for.
   */
  void reset() {
    if (grew) {
      slabs.removeIf(slab -> slab.position() == 0);
    }
    if (slabs.size() > 1 && total() <= UNIT) {
      long total = total();
      slabs.clear();
      slabs.add(direct(total));
    }
    slabs.forEach(ByteBuffer::clear);
    grew = false;
  }
}
