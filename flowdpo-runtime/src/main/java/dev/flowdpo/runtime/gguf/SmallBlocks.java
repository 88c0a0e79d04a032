package dev.flowdpo.runtime.gguf;

import static dev.flowdpo.runtime.gguf.PlainNumbers.half;

import java.nio.ByteBuffer;

/**
 * Types of {@link GgufType} with blocks of 32. The low halves of the 16 bytes of codes are elements
 * 0 to 15, the high halves 16 to 31. Stateless and thread-safe.
 */
final class SmallBlocks {
  private static final int HALF = 16;

  /** What the codes of IQ4_NL stand for: the steps are finer near 0, where most weights are. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private SmallBlocks() {}

  static void q40(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + 2 + i);
      values[i] = factor * ((codes & 0xf) - 8);
      values[i + HALF] = factor * ((codes >> 4 & 0xf) - 8);
    }
  }

  static void q41(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    float offset = half(bytes, at + 2);
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + 4 + i);
      values[i] = factor * (codes & 0xf) + offset;
      values[i + HALF] = factor * (codes >> 4 & 0xf) + offset;
    }
  }

  static void q50(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    int high = bytes.getInt(at + 2);
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + 6 + i);
      values[i] = factor * (fiveBits(codes, high, i) - 16);
      values[i + HALF] = factor * (fiveBits(codes >> 4, high, i + HALF) - 16);
    }
  }

  static void q51(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    float offset = half(bytes, at + 2);
    int high = bytes.getInt(at + 4);
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + 8 + i);
      values[i] = factor * fiveBits(codes, high, i) + offset;
      values[i + HALF] = factor * fiveBits(codes >> 4, high, i + HALF) + offset;
    }
  }

  /** The fifth bit of all elements stands apart from the four others. */
  private static int fiveBits(int low, int high, int element) {
    return low & 0xf | (high >>> element & 1) << 4;
  }

  static void q80(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    for (int i = 0; i < values.length; i++) {
      values[i] = factor * bytes.get(at + 2 + i);
    }
  }

  static void iq4(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    for (int i = 0; i < HALF; i++) {
      int codes = bytes.get(at + 2 + i);
      values[i] = factor * UNEVEN[codes & 0xf];
      values[i + HALF] = factor * UNEVEN[codes >> 4 & 0xf];
    }
  }
}
