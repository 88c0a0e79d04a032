package dev.flowdpo.runtime.inference;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The keys and values of a run of tokens of one sequence: a window into the slab of all sequences
 * of a run. Immutable.
 *
 * @param row the slab's row of the first head
 * @param rowStride the number of rows from a head to the next
 * @param length the number of tokens
 */
record KvBlock(KvSlab slab, int row, int rowStride, int length) {

  /** Returns the first tokens of this block. */
  KvBlock first(int tokens) {
    if (tokens > length) {
      throw new IllegalArgumentException("A block of " + length + " tokens has no first " + tokens);
    }
    return new KvBlock(slab, row, rowStride, tokens);
  }

  /**
   * Writes one head of a side, {@code [length, headSize]}, at the buffer's position.
   *
   * @param tokenBytes the bytes of one head of a token
   */
  void copy(int side, int head, int tokenBytes, ByteBuffer to) {
    int count = length * tokenBytes;
    to.put(to.position(), slab.side(side), slab.place(row + head * rowStride), count);
    to.position(to.position() + count);
    Reference.reachabilityFence(slab); // garbage is given back
  }
}
