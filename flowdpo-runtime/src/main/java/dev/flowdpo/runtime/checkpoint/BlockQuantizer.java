package dev.flowdpo.runtime.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Turns rows of weights into the blocks of a format, and back, in the order of its {@link
 * BlockLayout}. Immutable and thread-safe.
 */
final class BlockQuantizer {
  private final BlockFormat format;
  private final BlockLayout layout;
  private final long inputs;

  /**
   * @param inputs the elements of a row, whole blocks
   */
  BlockQuantizer(BlockFormat format, long inputs) {
    this.format = format;
    this.layout = format.layout();
    this.inputs = inputs;
  }

  /**
   * Rounds all that remains in the values, whole rows.
   *
   * @param values the weights
   * @param rows takes the blocks
   * @return false if a weight is infinite or not a number
   */
  boolean quantize(FloatBuffer values, BlockRows rows) {
    float[] weights = new float[layout.blockSize()];
    Block block = new Block(layout);
    Packer codes = new Packer(rows.codes(), layout.bits());
    Packer zeros = new Packer(rows.zeros(), layout.bits());
    while (values.hasRemaining()) {
      for (long i = layout.blocks(inputs); i > 0; i--) {
        values.get(weights);
        if (!Float.isFinite(extreme(weights))) {
          return false;
        }
        format.quantize(weights, block);
        for (int element = 0; element < weights.length; element++) {
          codes.put(block.code(element));
        }
        rows.factors().put(block.factor());
        if (layout.zeroPoints()) {
          zeros.put(block.zero());
        }
        if (layout.offsets()) {
          rows.offsets().put(block.offset());
        }
      }
      zeros.endRow();
    }
    return true;
  }

  /** Returns the element of the largest magnitude; not finite if any element is not. */
  static float extreme(float[] weights) {
    float extreme = 0;
    for (float value : weights) {
      if (!(Math.abs(value) <= Math.abs(extreme))) {
        extreme = value;
        if (!Float.isFinite(value)) {
          return value;
        }
      }
    }
    return extreme;
  }

  /** Puts numbers of 4 or 8 bits into bytes, the first of two in the low half. */
  private static final class Packer {
    private final ByteBuffer bytes;
    private final int bits;
    private int waiting = -1;

    Packer(ByteBuffer bytes, int bits) {
      this.bytes = bytes;
      this.bits = bits;
    }

    void put(int number) {
      if (bits == 8) {
        bytes.put((byte) number);
      } else if (waiting < 0) {
        waiting = number;
      } else {
        bytes.put((byte) (waiting | number << 4));
        waiting = -1;
      }
    }

    /** Fills a byte that is half full. */
    void endRow() {
      if (waiting >= 0) {
        put(0);
      }
    }
  }
}
