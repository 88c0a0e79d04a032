package dev.flowdpo.runtime.gguf;

import static dev.flowdpo.runtime.gguf.GgufType.half;

import java.nio.ByteBuffer;

/**
 * Reads the types of {@link GgufType} with blocks of 32, which are one group. The low halves of the
 * 16 bytes of codes are elements 0 to 15, the high halves 16 to 31. Stateless and thread-safe.
 */
final class SmallBlocks {
  private static final int HALF = 16;

  /** What the codes of IQ4_NL stand for: the steps are finer near 0, where most weights are. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private SmallBlocks() {}

  static void q40(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    fourBits(bytes, at + 2, block);
    shift(block, 8);
  }

  static void q41(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    block.offsets[0] = half(bytes, at + 2);
    fourBits(bytes, at + 4, block);
  }

  static void q50(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    fourBits(bytes, at + 6, block);
    fifthBits(bytes, at + 2, block);
    shift(block, 16);
  }

  static void q51(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    block.offsets[0] = half(bytes, at + 2);
    fourBits(bytes, at + 8, block);
    fifthBits(bytes, at + 4, block);
  }

  static void q80(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    for (int i = 0; i < 2 * HALF; i++) {
      block.codes[i] = bytes.get(at + 2 + i);
    }
  }

  static void iq4(ByteBuffer bytes, int at, GgufBlock block) {
    block.factors[0] = half(bytes, at);
    fourBits(bytes, at + 2, block);
    for (int i = 0; i < 2 * HALF; i++) {
      block.codes[i] = UNEVEN[block.codes[i]];
    }
  }

  private static void fourBits(ByteBuffer bytes, int at, GgufBlock block) {
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + i);
      block.codes[i] = codes & 0xf;
      block.codes[i + HALF] = codes >> 4 & 0xf;
    }
  }

  private static void fifthBits(ByteBuffer bytes, int at, GgufBlock block) {
    int high = bytes.getInt(at);
    for (int i = 0; i < 2 * HALF; i++) {
      block.codes[i] |= (high >>> i & 1) << 4;
    }
  }

  /** Makes the code of the value 0 zero. */
  private static void shift(GgufBlock block, int zero) {
    for (int i = 0; i < 2 * HALF; i++) {
      block.codes[i] -= zero;
    }
  }
}
