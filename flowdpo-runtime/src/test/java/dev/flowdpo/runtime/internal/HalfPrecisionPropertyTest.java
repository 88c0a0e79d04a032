package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;

/** Narrowing of arbitrary values against the distance to the neighbours. */
class HalfPrecisionPropertyTest {
  @Provide
  Arbitrary<Float> values() {
    return Arbitraries.integers()
        .withDistribution(RandomDistribution.uniform())
        .map(Float::intBitsToFloat)
        .filter(value -> !value.isNaN());
  }

  @Property(tries = 20_000)
  void narrowsToTheNearest(@ForAll("values") float value) {
    checkNearest(value, HalfPrecisionTest.F16_MANTISSA, 0x7bff);
    checkNearest(value, HalfPrecisionTest.BF16_MANTISSA, 0x7f7f);
  }

  private static void checkNearest(float value, int mantissaBits, int largest) {
    int found = HalfPrecisionTest.narrow(value, mantissaBits);
    double top = HalfPrecisionTest.defined(largest, mantissaBits);
    double unit = top - HalfPrecisionTest.defined(largest - 1, mantissaBits);
    if (Math.abs((double) value) >= top + unit / 2) {
      assertThat(found & 0x7fff).isEqualTo(largest + 1);
      return;
    }
    double distance = Math.abs(HalfPrecisionTest.defined(found, mantissaBits) - value);
    for (int neighbour : new int[] {found - 1, found + 1}) {
      double other = HalfPrecisionTest.defined(neighbour & 0xffff, mantissaBits);
      if (Double.isFinite(other)) {
        assertThat(distance).isLessThanOrEqualTo(Math.abs(other - value));
      }
    }
  }
}
