package dev.flowdpo.runtime.checkpoint;

/**
 * A way to hold the weights of a matrix in few bits; one class a format. Implementations are
 * immutable and thread-safe.
 *
 * <p>To add a format, write one class that says how its blocks lie ({@link #layout}) and how
 * weights become a block ({@link #quantize}), and choose it for matrices in {@link MatrixFormats}.
 * All else follows from the layout: the file of {@link QuantizedWeights}, the operators over it in
 * the graphs, for decoding and for training, and the estimate of memory.
 *
 * <p>A file whose weights are in few bits already has its own order of bits. Where its blocks are
 * such as a layout can say (a factor, codes of 4 or 8 bits, perhaps a zero), a reader moves codes
 * to that order and no weight is rounded again; where they are not, a reader widens them to 32-bit
 * numbers, which graphs compute with as they are, or which a format rounds.
 */
public interface BlockFormat {
  /** {@return the name for messages, such as {@code int4}} */
  String name();

  /** {@return how blocks lie in memory} */
  BlockLayout layout();

  /**
   * Turns weights into a block. The same weights always give the same block.
   *
   * @param weights as many as the layout's blocks have; all finite
   * @param block takes codes, factor and zero
   */
  void quantize(float[] weights, Block block);
}
