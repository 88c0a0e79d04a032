package dev.flowdpo.runtime.gguf;

import static dev.flowdpo.runtime.gguf.GgufType.half;

import java.nio.ByteBuffer;

/**
 * Reads the types of {@link GgufType} with blocks of 256. A block has one or two 16-bit numbers, by
 * which small integers of its groups are multiplied. Codes lie in spans of 64 or 128 elements: the
 * lowest bits of a span's 32 bytes are its first 32 elements, the next bits the next 32. Stateless
 * and thread-safe.
 */
final class LargeBlocks {
  private static final int ELEMENTS = 256;
  private static final int GROUPS_OF_16 = 16;
  private static final int GROUPS_OF_32 = 8;

  private LargeBlocks() {}

  /** Factor and offset of a group share a byte. Then codes, then both numbers. */
  static void q2(ByteBuffer bytes, int at, GgufBlock block) {
    float factor = half(bytes, at + 80);
    float offset = half(bytes, at + 82);
    for (int group = 0; group < GROUPS_OF_16; group++) {
      int both = bytes.get(at + group);
      block.factors[group] = factor * (both & 0xf);
      block.offsets[group] = -(offset * (both >> 4 & 0xf));
    }
    for (int i = 0; i < ELEMENTS; i++) {
      block.codes[i] = twoBits(bytes, at + 16, i);
    }
  }

  /** The third bit of each code first, then the two others, then 16 factors, then the number. */
  static void q3(ByteBuffer bytes, int at, GgufBlock block) {
    float factor = half(bytes, at + 108);
    for (int group = 0; group < GROUPS_OF_16; group++) {
      block.factors[group] = factor * (sixBitFactor(bytes, at + 96, group) - 32);
    }
    for (int i = 0; i < ELEMENTS; i++) {
      block.codes[i] = (twoBits(bytes, at + 32, i) | oneBit(bytes, at, i) << 2) - 4;
    }
  }

  /** Both numbers, 8 factors and 8 offsets in 12 bytes, the codes. */
  static void q4(ByteBuffer bytes, int at, GgufBlock block) {
    factorsAndOffsets(bytes, at, block);
    for (int i = 0; i < ELEMENTS; i++) {
      block.codes[i] = fourBits(bytes, at + 16, i);
    }
  }

  /** As Q4_K, with the fifth bits in 32 bytes before the other four. */
  static void q5(ByteBuffer bytes, int at, GgufBlock block) {
    factorsAndOffsets(bytes, at, block);
    for (int i = 0; i < ELEMENTS; i++) {
      block.codes[i] = fourBits(bytes, at + 48, i) | oneBit(bytes, at + 16, i) << 4;
    }
  }

  /** The four low bits, the two high bits, 16 factors with a sign, the number. */
  static void q6(ByteBuffer bytes, int at, GgufBlock block) {
    float factor = half(bytes, at + 208);
    for (int group = 0; group < GROUPS_OF_16; group++) {
      block.factors[group] = factor * bytes.get(at + 192 + group);
    }
    for (int i = 0; i < ELEMENTS; i++) {
      int place = i % 128;
      int low = bytes.get(at + i / 128 * 64 + place % 64) >> (place / 64 * 4) & 0xf;
      block.codes[i] = (low | twoBits(bytes, at + 128, i) << 4) - 32;
    }
  }

  /** Bits of an element where 32 bytes hold 256 elements. */
  private static int oneBit(ByteBuffer bytes, int at, int i) {
    return bytes.get(at + i % 32) >> (i / 32) & 1;
  }

  /** Bits of an element where 32 bytes hold 128 elements. */
  private static int twoBits(ByteBuffer bytes, int at, int i) {
    return bytes.get(at + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2) & 3;
  }

  /** Bits of an element where 32 bytes hold 64 elements. */
  private static int fourBits(ByteBuffer bytes, int at, int i) {
    return bytes.get(at + i / 64 * 32 + i % 32) >> (i % 64 / 32 * 4) & 0xf;
  }

  /** 16 factors of 6 bits: their low halves in 8 bytes, then their upper two bits in 4 bytes. */
  private static int sixBitFactor(ByteBuffer bytes, int at, int group) {
    int low = bytes.get(at + group % 8) >> (group / 8 * 4) & 0xf;
    int high = bytes.get(at + 8 + group % 4) >> (group / 4 * 2) & 3;
    return low | high << 4;
  }

  private static void factorsAndOffsets(ByteBuffer bytes, int at, GgufBlock block) {
    float factor = half(bytes, at);
    float offset = half(bytes, at + 2);
    for (int group = 0; group < GROUPS_OF_32; group++) {
      block.factors[group] = factor * sixBits(bytes, at + 4, group, 0);
      block.offsets[group] = -(offset * sixBits(bytes, at + 4, group, 1));
    }
  }

  /**
   * 8 factors (which = 0) and 8 offsets (1) of 6 bits. The first four of each are the low bits of 4
   * bytes; the others have their low halves in the last 4 bytes, factors in the low half of a byte,
   * and their upper two bits over those of the first four.
   */
  private static int sixBits(ByteBuffer bytes, int at, int group, int which) {
    int first = at + 4 * which + group % 4;
    if (group < 4) {
      return bytes.get(first) & 0x3f;
    }
    int low = bytes.get(at + 4 + group) >> (4 * which) & 0xf;
    int high = bytes.get(first) >> 2 & 0x30;
    return low | high;
  }
}
