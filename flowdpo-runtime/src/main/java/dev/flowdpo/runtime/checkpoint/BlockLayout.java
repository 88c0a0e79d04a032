package dev.flowdpo.runtime.checkpoint;

import com.google.common.base.Preconditions;
import com.google.common.math.LongMath;
import java.math.RoundingMode;

/**
 * How a quantised matrix {@code [out, in]} lies in memory, as ONNX Runtime's {@code MatMulNBits}
 * and {@code GatherBlockQuantized} read it. Blocks of neighbours of a row share a factor, and an
 * element is {@code factor · (code − zero)}, plus the block's offset where blocks have one.
 * Immutable and thread-safe.
 *
 * <p>Codes are {@code [out, blocks, bytes of a block]}, factors and offsets are 32-bit numbers
 * {@code [out, blocks]}, and zeros, where blocks have their own, {@code [out, bytes]}. Codes and
 * zeros of 4 bits lie two in a byte, the first of them in its low half; a row of them begins with a
 * byte.
 *
 * <p>No operator reads offsets; they are a product of their own, with the sum of each block of the
 * input, which costs a 32nd of the multiplications of a full matrix where blocks have 32 elements.
 *
 * @param bits the bits of a code, 4 or 8
 * @param blockSize the elements of a block: a power of two, at least 16
 * @param zeroPoints whether every block has a zero of its own, a code; else it is {@link #middle}
 * @param offsets whether every block has a number that is added to its elements
 */
public record BlockLayout(int bits, int blockSize, boolean zeroPoints, boolean offsets) {
  /** Checks the numbers. */
  public BlockLayout {
    Preconditions.checkArgument(bits == 4 || bits == 8, "bits: expected 4 or 8, found %s", bits);
    Preconditions.checkArgument(
        blockSize >= 16 && Integer.bitCount(blockSize) == 1,
        "blockSize: expected a power of two of at least 16, found %s",
        blockSize);
  }

  /** Blocks without offsets. */
  public BlockLayout(int bits, int blockSize, boolean zeroPoints) {
    this(bits, blockSize, zeroPoints, false);
  }

  /** Returns whether rows of so many elements are whole blocks. */
  public boolean divides(long inputs) {
    return inputs % blockSize == 0;
  }

  /** Returns the code of the value 0 where blocks have no zero of their own. */
  public int middle() {
    return 1 << (bits - 1);
  }

  /** Returns the largest code. */
  public int most() {
    return (1 << bits) - 1;
  }

  /** Returns the blocks of a row. */
  public long blocks(long inputs) {
    return inputs / blockSize;
  }

  /** Returns the bytes of the codes of a block. */
  public int blockBytes() {
    return blockSize * bits / 8;
  }

  /** Returns the bytes of the codes of a row. */
  public long rowBytes(long inputs) {
    return blocks(inputs) * blockBytes();
  }

  /** Returns the bytes of the zeros of a row; 0 where blocks have none of their own. */
  public long zeroBytes(long inputs) {
    return zeroPoints ? LongMath.divide(blocks(inputs) * bits, 8, RoundingMode.CEILING) : 0;
  }

  /** Returns the bytes of a row in all: codes, factors, zeros and offsets. */
  public long bytes(long inputs) {
    long numbers = offsets ? 2 : 1;
    return rowBytes(inputs) + numbers * Float.BYTES * blocks(inputs) + zeroBytes(inputs);
  }
}
