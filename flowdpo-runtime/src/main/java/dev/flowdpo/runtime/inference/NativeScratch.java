package dev.flowdpo.runtime.inference;

import com.google.common.base.Preconditions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory for the inputs of one run after another: a slab that pieces are cut from, and that
 * grows to what the largest run needed. Not thread-safe: one run at a time uses it.
 */
final class NativeScratch {
  private static final int ALIGNMENT = 64;
  private static final long FIRST_SLAB = 1L << 16;

  private final List<ByteBuffer> slabs = new ArrayList<>();
  private ByteBuffer current = ByteBuffer.allocate(0);

  /** Returns uncleared native memory in native byte order. */
  static ByteBuffer direct(long bytes) {
    Preconditions.checkArgument(
        bytes <= Integer.MAX_VALUE,
        "One tensor of %s bytes is more than a buffer holds; use a smaller batch",
        bytes);
    return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
  }

  /** Cuts a piece from the slab; its contents are whatever was there. */
  ByteBuffer take(long bytes) {
    long padded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (current.remaining() < padded) {
      long total = slabs.stream().mapToLong(ByteBuffer::capacity).sum();
      long size = Math.min(Math.max(padded, Math.max(total, FIRST_SLAB)), Integer.MAX_VALUE);
      current = direct(Math.max(size, padded));
      slabs.add(current);
    }
    ByteBuffer piece =
        current.slice(current.position(), (int) bytes).order(ByteOrder.nativeOrder());
    current.position(current.position() + (int) padded);
    return piece;
  }

  /** Makes all memory available again; several slabs become one that holds as much. */
  void reset() {
    if (slabs.size() > 1) {
      long total = slabs.stream().mapToLong(ByteBuffer::capacity).sum();
      slabs.clear();
      if (total <= Integer.MAX_VALUE) {
        current = direct(total);
        slabs.add(current);
      } else {
        current = ByteBuffer.allocate(0);
      }
    }
    current.position(0);
  }
}
