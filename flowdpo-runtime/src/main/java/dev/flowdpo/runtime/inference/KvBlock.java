package dev.flowdpo.runtime.inference;

import java.nio.ByteBuffer;

/**
 * The first tokens of a run of tokens, as a path has them. Immutable, though their memory may move.
 *
 * @param length the number of tokens
 */
record KvBlock(KvTokens tokens, int length) {

  /** Returns the first tokens of this block. */
  KvBlock first(int count) {
    if (count > length) {
      throw new IllegalArgumentException("A block of " + length + " tokens has no first " + count);
    }
    return new KvBlock(tokens, count);
  }

  /** Returns where they lie now. */
  KvSlab slab() {
    return tokens.slab();
  }

  /**
   * Writes one head of a side, {@code [length, headSize]}, at the buffer's position.
   *
   * @param tokenBytes the bytes of one head of a token
   */
  void copy(int side, int head, int tokenBytes, ByteBuffer to) {
    tokens.copy(side, head, length, tokenBytes, to);
  }
}
