package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The 16-bit conversions against the definition of the formats, over every 16-bit value. */
class HalfPrecisionTest {
  static final int F16_MANTISSA = 10;
  static final int BF16_MANTISSA = 7;

  /** The value that sign, exponent and mantissa define; all of them are exact in a double. */
  static double defined(int bits, int mantissaBits) {
    int exponentBits = 15 - mantissaBits;
    int bias = (1 << exponentBits - 1) - 1;
    int mantissa = bits & (1 << mantissaBits) - 1;
    int exponent = bits >> mantissaBits & (1 << exponentBits) - 1;
    double sign = (bits & 0x8000) == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    double fraction = mantissa * Math.scalb(1.0, -mantissaBits);
    return exponent == 0
        ? sign * Math.scalb(fraction, 1 - bias)
        : sign * Math.scalb(1 + fraction, exponent - bias);
  }

  @Test
  void widensEveryF16Exactly() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double value = HalfPrecision.fromF16((short) bits);
      assertThat(Double.doubleToLongBits(value))
          .as("bits %x", bits)
          .isEqualTo(Double.doubleToLongBits(defined(bits, F16_MANTISSA)));
    }
  }

  @Test
  void widensEveryBf16Exactly() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double value = HalfPrecision.fromBf16((short) bits);
      assertThat(Double.doubleToLongBits(value))
          .as("bits %x", bits)
          .isEqualTo(Double.doubleToLongBits(defined(bits, BF16_MANTISSA)));
    }
  }

  @Test
  void narrowsEveryHalfBackToItself() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      if (!Double.isNaN(defined(bits, F16_MANTISSA))) {
        assertThat(HalfPrecision.toF16(HalfPrecision.fromF16((short) bits)))
            .isEqualTo((short) bits);
      }
      if (!Double.isNaN(defined(bits, BF16_MANTISSA))) {
        assertThat(HalfPrecision.toBf16(HalfPrecision.fromBf16((short) bits)))
            .isEqualTo((short) bits);
      }
    }
  }

  @Test
  void keepsTheSignAndTheLeadingPayloadOfNaN() {
    for (int sign : new int[] {0, 0x8000}) {
      for (int payload = 1; payload < 0x400; payload++) {
        int bits = sign | 0x7c00 | payload;
        int wide = Float.floatToRawIntBits(HalfPrecision.fromF16((short) bits));
        assertThat(wide & 0x7fffff).isEqualTo(payload << 13);
        assertThat(HalfPrecision.toF16(Float.intBitsToFloat(wide)) & 0xffff)
            .isEqualTo(bits | 0x200);
      }
    }
    assertThat(HalfPrecision.toF16(Float.intBitsToFloat(0x7f800001)) & 0xffff).isEqualTo(0x7e00);
    assertThat(HalfPrecision.toBf16(Float.intBitsToFloat(0x7f800001)) & 0xffff).isEqualTo(0x7fc0);
    assertThat(HalfPrecision.toBf16(Float.intBitsToFloat(0xffffffff)) & 0xffff).isEqualTo(0xffff);
  }

  @Test
  void roundsTheMiddleBetweenNeighboursToEven() {
    // Finite neighbours, and the last step to where infinity would be if exponents went on.
    for (int bits = 0; bits < 0x7c00; bits++) {
      double low = defined(bits, F16_MANTISSA);
      double high = bits == 0x7bff ? 65536 : defined(bits + 1, F16_MANTISSA);
      checkMiddle(low, high, bits, F16_MANTISSA);
    }
    for (int bits = 0; bits < 0x7f80; bits++) {
      double low = defined(bits, BF16_MANTISSA);
      double high = bits == 0x7f7f ? 0x1p128 : defined(bits + 1, BF16_MANTISSA);
      checkMiddle(low, high, bits, BF16_MANTISSA);
    }
  }

  private static void checkMiddle(double low, double high, int bits, int mantissaBits) {
    double exact = (low + high) / 2;
    float middle = (float) exact;
    assertThat((double) middle).isEqualTo(exact);
    int even = bits + (bits & 1);
    assertThat(narrow(middle, mantissaBits)).isEqualTo(even);
    assertThat(narrow(Math.nextDown(middle), mantissaBits)).isEqualTo(bits);
    assertThat(narrow(Math.nextUp(middle), mantissaBits)).isEqualTo(bits + 1);
    assertThat(narrow(-middle, mantissaBits)).isEqualTo(even | 0x8000);
  }

  static int narrow(float value, int mantissaBits) {
    return (mantissaBits == F16_MANTISSA ? HalfPrecision.toF16(value) : HalfPrecision.toBf16(value))
        & 0xffff;
  }

  @Test
  void turnsWhatIsTooLargeIntoInfinityAndWhatIsTooSmallIntoZero() {
    assertThat(HalfPrecision.toF16(Float.MAX_VALUE) & 0xffff).isEqualTo(0x7c00);
    assertThat(HalfPrecision.toF16(Float.NEGATIVE_INFINITY) & 0xffff).isEqualTo(0xfc00);
    assertThat(HalfPrecision.toBf16(Float.MAX_VALUE) & 0xffff).isEqualTo(0x7f80);
    assertThat(HalfPrecision.toBf16(Float.POSITIVE_INFINITY) & 0xffff).isEqualTo(0x7f80);
    assertThat(HalfPrecision.toF16(Float.MIN_VALUE)).isZero();
    assertThat(HalfPrecision.toF16(-0.0f) & 0xffff).isEqualTo(0x8000);
    assertThat(HalfPrecision.toF16(-Float.MIN_VALUE) & 0xffff).isEqualTo(0x8000);
  }
}
