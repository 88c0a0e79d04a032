package dev.flowdpo.runtime.inference;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The keys and values of a run of tokens of one sequence, wherever they lie: in the slab of the run
 * that wrote them, and later in one in which all tokens of their sequence lie together ({@link
 * JoinedPaths}). While somebody claims them, they have a claim to their slab. Thread-safe.
 */
final class KvTokens {
  private KvSlab slab;
  private int row;
  private int rowStride;
  private int first;
  private int claims;
  private int longestClaim;
  private int held = Integer.MAX_VALUE;
  private int limit = held;

  /**
   * @param row the slab's row of the first head
   * @param rowStride the number of rows from a head to the next
   */
  KvTokens(KvSlab slab, int row, int rowStride) {
    this.slab = slab;
    this.row = row;
    this.rowStride = rowStride;
  }

  /** Returns where they lie now. */
  synchronized KvSlab slab() {
    return slab;
  }

  /** Claims the first ones, or returns false where their memory is given back. */
  synchronized boolean claim(int length) {
    // What somebody claims outlives the move of its slab.
    if (length > limit || (claims == 0 && !slab.claim())) {
      return false;
    }
    claims++;
    longestClaim = Math.max(longestClaim, length);
    return true;
  }

  /** Ends a claim. */
  synchronized void release() {
    claims--;
    if (claims == 0) {
      longestClaim = 0;
      slab.release();
    }
  }

  /**
   * Limits claims to the first ones, which are about to be moved, or returns false where nobody
   * claims these or somebody claims more.
   */
  synchronized boolean limit(int length) {
    if (claims == 0 || longestClaim > length) {
      return false;
    }
    limit = length;
    return true;
  }

  /** Takes claims again to all that there are. */
  synchronized void unlimit() {
    limit = held;
  }

  /** Says that their memory is gone: no claim is taken any more. */
  synchronized void lose() {
    held = 0;
    limit = 0;
  }

  /**
   * Whether somebody claims them and they are the heads of a sequence one after the other, from the
   * first token on.
   */
  synchronized boolean isAt(KvSlab expected, int expectedRow) {
    return claims > 0 && slab == expected && row == expectedRow && rowStride == 1 && first == 0;
  }

  /**
   * Says that they lie elsewhere now, as many as claims were limited to. Where they lay, their
   * claim ends.
   *
   * @param newFirst the token of a row at which they begin
   */
  synchronized void move(KvSlab to, int newRow, int newFirst) {
    KvSlab before = slab;
    if (claims > 0) {
      to.claim();
      before.release();
    }
    slab = to;
    held = limit;
    row = newRow;
    rowStride = 1;
    first = newFirst;
  }

  /**
   * Writes one head of a side of the first ones, {@code [length, headSize]}, at the buffer's
   * position.
   *
   * @param tokenBytes the bytes of one head of a token
   */
  synchronized void copy(int side, int head, int length, int tokenBytes, ByteBuffer to) {
    int count = length * tokenBytes;
    int from = slab.place(row + head * rowStride) + first * tokenBytes;
    to.put(to.position(), slab.side(side), from, count);
    to.position(to.position() + count);
    Reference.reachabilityFence(slab); // garbage is given back
  }
}
