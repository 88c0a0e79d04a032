package dev.flowdpo.runtime.checkpoint;

/**
 * A matrix that a file already holds in few bits, in blocks that a {@link BlockLayout} can say. A
 * reader moves its codes to the layout's order, and no weight is rounded again. Implementations are
 * thread-safe.
 */
public interface StoredBlocks {
  /** {@return how the blocks lie once they are read} */
  BlockLayout layout();

  /**
   * Reads rows.
   *
   * @param first the first row
   * @param count the number of rows
   * @param into has room for them
   */
  void read(long first, int count, BlockRows into);
}
