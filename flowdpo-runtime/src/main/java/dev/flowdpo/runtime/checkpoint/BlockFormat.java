package dev.flowdpo.runtime.checkpoint;

import dev.flowdpo.model.Quantization;
import java.util.Optional;

/**
 * How a quantised matrix {@code [out, in]} is stored: blocks of {@link #BLOCK} neighbours of a row
 * share a factor, and an element is {@code factor · (code − zero)}, with the zero in the middle of
 * the codes. Codes of 4 bits lie two in a byte, the first of them in its low half. This is the
 * layout that ONNX Runtime's {@code MatMulNBits} and {@code GatherBlockQuantized} read.
 *
 * @param bits the bits of a code, 4 or 8
 */
public record BlockFormat(int bits) {
  /** The elements that share a factor. */
  public static final int BLOCK = 32;

  private static final BlockFormat EIGHT = new BlockFormat(8);
  private static final BlockFormat FOUR = new BlockFormat(4);

  /**
   * Returns the format of a tensor, or nothing where it keeps full precision: vectors, and matrices
   * whose rows are no whole number of blocks.
   *
   * @param tensor the name of the tensor in the checkpoint
   * @param shape its shape
   */
  public static Optional<BlockFormat> of(Quantization quantization, String tensor, long[] shape) {
    if (shape.length != 2 || shape[1] % BLOCK != 0) {
      return Optional.empty();
    }
    boolean vocabulary =
        tensor.equals(Checkpoint.EMBEDDINGS) || tensor.equals(Checkpoint.VOCABULARY_PROJECTION);
    return switch (quantization) {
      case NONE -> Optional.empty();
      case INT8 -> Optional.of(EIGHT);
      case INT4 -> Optional.of(vocabulary ? EIGHT : FOUR);
    };
  }

  /** Returns the code of the value 0. */
  public int zero() {
    return 1 << (bits - 1);
  }

  /** Returns the blocks of a row. */
  public long blocks(long inputs) {
    return inputs / BLOCK;
  }

  /** Returns the bytes of the codes of a block. */
  public int blockBytes() {
    return BLOCK * bits / 8;
  }

  /** Returns the bytes of the codes of a row. */
  public long rowBytes(long inputs) {
    return blocks(inputs) * blockBytes();
  }
}
