package dev.flowdpo.runtime.inference;

import java.nio.FloatBuffer;

/**
 * The keys and values of a run of tokens in one row of a batch: a window into arrays that all rows
 * of the batch share. Immutable; its memory goes when no row uses the arrays any more.
 *
 * @param keys one array a layer
 * @param values one array a layer
 * @param offset where the row's first head begins
 * @param headStride the distance from a head to the next
 * @param length the number of tokens
 */
record KvBlock(float[][] keys, float[][] values, int offset, int headStride, int length) {

  /** Returns the first tokens of this block. */
  KvBlock first(int tokens) {
    if (tokens > length) {
      throw new IllegalArgumentException("A block of " + length + " tokens has no first " + tokens);
    }
    return new KvBlock(keys, values, offset, headStride, tokens);
  }

  /**
   * Writes the keys (or values) of one head of one layer, {@code [length, headSize]}, at the
   * buffer's position.
   */
  void copy(float[][] side, int layer, int head, int headSize, FloatBuffer to) {
    to.put(side[layer], offset + head * headStride, length * headSize);
  }
}
