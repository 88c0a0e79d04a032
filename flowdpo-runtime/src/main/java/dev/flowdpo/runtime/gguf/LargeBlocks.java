package dev.flowdpo.runtime.gguf;

import static dev.flowdpo.runtime.gguf.PlainNumbers.half;

import java.nio.ByteBuffer;

/**
 * Types of {@link GgufType} with blocks of 256. A block has one or two 16-bit numbers, and its
 * groups of 16 or 32 have small integers by which these are multiplied. Codes lie in spans of 128
 * or 64 elements: the lowest bits of a span's 32 bytes are its first 32 elements, the next bits the
 * next 32. Stateless and thread-safe.
 */
final class LargeBlocks {
  private static final int ELEMENTS = 256;

  private LargeBlocks() {}

  /** Groups of 16; factor and offset of a group share a byte. Then codes, then both numbers. */
  static void q2(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at + 80);
    float offset = half(bytes, at + 82);
    for (int i = 0; i < ELEMENTS; i++) {
      int group = bytes.get(at + i / 16);
      float step = factor * (group & 0xf);
      float least = offset * (group >> 4 & 0xf);
      values[i] = step * twoBits(bytes, at + 16, i) - least;
    }
  }

  /** The third bit of each code first, then the two others, then 16 factors, then the number. */
  static void q3(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at + 108);
    for (int i = 0; i < ELEMENTS; i++) {
      float step = factor * (sixBitFactor(bytes, at + 96, i / 16) - 32);
      int high = bytes.get(at + i % 32) >> i / 32 & 1;
      values[i] = step * (twoBits(bytes, at + 32, i) - 4 * (1 - high));
    }
  }

  /** Both numbers, 8 factors and 8 offsets in 12 bytes, the codes. */
  static void q4(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    float offset = half(bytes, at + 2);
    for (int i = 0; i < ELEMENTS; i++) {
      float step = factor * groupFactor(bytes, at + 4, i / 32);
      float least = offset * groupOffset(bytes, at + 4, i / 32);
      values[i] = step * fourBits(bytes, at + 16, i) - least;
    }
  }

  /** As Q4_K, with the fifth bits in 32 bytes before the other four. */
  static void q5(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at);
    float offset = half(bytes, at + 2);
    for (int i = 0; i < ELEMENTS; i++) {
      float step = factor * groupFactor(bytes, at + 4, i / 32);
      float least = offset * groupOffset(bytes, at + 4, i / 32);
      int high = bytes.get(at + 16 + i % 32) >> i / 32 & 1;
      values[i] = step * (fourBits(bytes, at + 48, i) | high << 4) - least;
    }
  }

  /** The four low bits, the two high bits, 16 factors with a sign, the number. */
  static void q6(ByteBuffer bytes, int at, float[] values) {
    float factor = half(bytes, at + 208);
    for (int i = 0; i < ELEMENTS; i++) {
      float step = factor * bytes.get(at + 192 + i / 16);
      int place = i % 128;
      int low = bytes.get(at + i / 128 * 64 + place % 64) >> place / 64 * 4 & 0xf;
      values[i] = step * ((low | twoBits(bytes, at + 128, i) << 4) - 32);
    }
  }

  /** Bits of an element where 32 bytes hold 128 elements. */
  private static int twoBits(ByteBuffer bytes, int at, int i) {
    return bytes.get(at + i / 128 * 32 + i % 32) >> i % 128 / 32 * 2 & 3;
  }

  /** Bits of an element where 32 bytes hold 64 elements. */
  private static int fourBits(ByteBuffer bytes, int at, int i) {
    return bytes.get(at + i / 64 * 32 + i % 32) >> i % 64 / 32 * 4 & 0xf;
  }

  /** 16 factors of 6 bits: their low halves in 8 bytes, then their upper two bits in 4 bytes. */
  private static int sixBitFactor(ByteBuffer bytes, int at, int group) {
    int low = bytes.get(at + group % 8) >> group / 8 * 4 & 0xf;
    int high = bytes.get(at + 8 + group % 4) >> group / 4 * 2 & 3;
    return low | high << 4;
  }

  /**
   * 8 factors of 6 bits: the first four in 4 bytes, the others' low halves in 4 bytes after the
   * offsets and their upper bits over those of the first four.
   */
  private static int groupFactor(ByteBuffer bytes, int at, int group) {
    return group < 4
        ? bytes.get(at + group) & 0x3f
        : bytes.get(at + 4 + group) & 0xf | bytes.get(at + group - 4) >> 2 & 0x30;
  }

  /** 8 offsets, which lie as the factors do, 4 bytes behind and in the high halves. */
  private static int groupOffset(ByteBuffer bytes, int at, int group) {
    return group < 4
        ? bytes.get(at + 4 + group) & 0x3f
        : bytes.get(at + 4 + group) >> 4 & 0xf | bytes.get(at + group) >> 2 & 0x30;
  }
}
