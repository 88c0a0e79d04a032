package dev.flowdpo.runtime.internal;

/**
 * Conversions between binary32 and the two 16-bit floating-point types.
 *
 * <p>Widening is exact, subnormals, infinities and NaN payloads included. Narrowing rounds to the
 * nearest value, ties to the one with an even mantissa; NaN stays NaN; what lies beyond the largest
 * finite value by half a unit or more becomes infinite. Stateless and thread-safe.
 */
public final class HalfPrecision {
  private static final int SIGN = 0x8000;
  private static final int F16_INFINITY = 0x7c00;
  private static final int F32_INFINITY = 0x7f80_0000;

  /** Difference of the exponent biases, 127 - 15, at the place of the binary32 exponent. */
  private static final int REBIAS = 112 << 23;

  /** Bits of 2^-14, the smallest normal binary16 value. */
  private static final int F16_SMALLEST_NORMAL = 0x3880_0000;

  /** Bits of 65520, half-way between 65504 and the next power of two. */
  private static final int F16_OVERFLOW = 0x477f_f000;

  private HalfPrecision() {}

  /** {@return the value of the binary16 bits} */
  public static float fromF16(short half) {
    int sign = (half & SIGN) << 16;
    int magnitude = half & 0x7fff;
    if (magnitude >= F16_INFINITY) {
      return Float.intBitsToFloat(sign | F32_INFINITY | (magnitude & 0x3ff) << 13);
    }
    if (magnitude >= 0x400) {
      return Float.intBitsToFloat(sign | ((magnitude << 13) + REBIAS));
    }
    // Subnormal: magnitude * 2^-24, exact in binary32.
    return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude * 0x1p-24f));
  }

  /** {@return the bits of the nearest binary16 value} */
  public static short toF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & SIGN;
    int magnitude = bits & 0x7fff_ffff;
    if (magnitude > F32_INFINITY) {
      return (short) (sign | F16_INFINITY | 0x200 | (magnitude >>> 13 & 0x1ff));
    }
    if (magnitude >= F16_OVERFLOW) {
      return (short) (sign | F16_INFINITY);
    }
    if (magnitude >= F16_SMALLEST_NORMAL) {
      int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
      return (short) (sign | (rounded - REBIAS) >>> 13);
    }
    // The product is exact and rint rounds ties to even; 1024 is the smallest normal value again.
    return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24f));
  }

  /** {@return the value of the bfloat16 bits} */
  public static float fromBf16(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /** {@return the bits of the nearest bfloat16 value} */
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fff_ffff) > F32_INFINITY) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
