package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.model.Quantization;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockQuantizerTest {
  private static final int BLOCK = 32;

  @Provide
  Arbitrary<float[]> blocks() {
    Arbitrary<Float> values =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.floats().between(-2, 2)),
            Tuple.of(1, Arbitraries.of(0f, -0f, 1e-42f, -3e-39f)),
            Tuple.of(1, Arbitraries.floats().between(-1e30f, 1e30f)));
    return values.array(float[].class).ofSize(2 * BLOCK);
  }

  @Property
  void eightBitsAreOffByHalfAFactorAtMost(@ForAll("blocks") float[] weights) {
    Quantized found = quantize(8, weights);
    for (int i = 0; i < weights.length; i++) {
      double half = 0.5001 * found.factor(i) + Float.MIN_NORMAL;
      assertThat(Math.abs((double) found.value(i) - weights[i])).isLessThanOrEqualTo(half);
    }
  }

  @Property
  void fourBitsAreNoWorseThanTheGridThatReachesTheLargestWeight(@ForAll("blocks") float[] weights) {
    Quantized found = quantize(4, weights);
    for (int begin = 0; begin < weights.length; begin += BLOCK) {
      double error = 0;
      double ofGrid = 0;
      float extreme = 0;
      for (int i = begin; i < begin + BLOCK; i++) {
        extreme = Math.abs(weights[i]) > Math.abs(extreme) ? weights[i] : extreme;
      }
      double step = extreme / -8.0;
      for (int i = begin; i < begin + BLOCK; i++) {
        double code = step == 0 ? 0 : Math.max(-8, Math.min(7, Math.rint(weights[i] / step)));
        ofGrid += Math.pow(code * step - weights[i], 2);
        error += Math.pow((double) found.value(i) - weights[i], 2);
      }
      // The grid is worked out in double precision here, the codes in single.
      assertThat(error).isLessThanOrEqualTo(ofGrid * 1.001 + 1e-60 + Math.pow(extreme * 1e-6, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void zerosStayZeros(int bits) {
    Quantized found = quantize(bits, new float[BLOCK]);
    for (int i = 0; i < BLOCK; i++) {
      assertThat(found.value(i)).isZero();
    }
  }

  @Test
  void fourBitsKeepAWeightThatLiesOnTheGrid() {
    float[] weights = new float[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      weights[i] = 0.25f * (i % 16 - 8);
    }
    Quantized found = quantize(4, weights);
    for (int i = 0; i < BLOCK; i++) {
      assertThat(found.value(i)).isEqualTo(weights[i]);
    }
  }

  @Test
  void theFirstOfTwoCodesLiesInTheLowHalfOfTheByte() {
    float[] weights = new float[BLOCK];
    weights[0] = -8;
    weights[1] = 7;
    Quantized found = quantize(4, weights);
    assertThat(found.codes().get(0) & 0xff).isEqualTo(15 << 4);
    assertThat(found.codes().get(1) & 0xff).isEqualTo(8 | 8 << 4);
  }

  @Test
  void fittingTheFactorMakesFourBitsBetterOnOrdinaryWeights() {
    Random random = new Random(3);
    float[] weights = new float[BLOCK * 500];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    Quantized found = quantize(4, weights);
    double error = 0;
    for (int i = 0; i < weights.length; i++) {
      error += Math.pow(found.value(i) - weights[i], 2);
    }
    // A uniform grid over the largest of 32 normal weights is off by 0.096 of their deviation.
    assertThat(Math.sqrt(error / weights.length)).isLessThan(0.094);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesWhatIsNoFiniteNumber(float bad) {
    for (int place : new int[] {0, 7, BLOCK - 1}) {
      float[] weights = new float[BLOCK];
      weights[3] = 1;
      weights[place] = bad;
      FloatBuffer factors = FloatBuffer.allocate(1);
      assertThat(
              new BlockQuantizer(format(8), BLOCK)
                  .quantize(
                      FloatBuffer.wrap(weights),
                      new BlockQuantizer.Rows(
                          ByteBuffer.allocate(BLOCK), factors, ByteBuffer.allocate(0))))
          .isFalse();
    }
  }

  private record Quantized(int bits, ByteBuffer codes, FloatBuffer factors) {
    float factor(int i) {
      return factors.get(i / BLOCK);
    }

    float value(int i) {
      int code =
          bits == 8 ? codes.get(i) & 0xff : (codes.get(i / 2) & 0xff) >> (i % 2 == 0 ? 0 : 4) & 15;
      return factor(i) * (code - (1 << (bits - 1)));
    }
  }

  private static BlockFormat format(int bits) {
    Quantization quantization = bits == 8 ? Quantization.INT8 : Quantization.INT4;
    return MatrixFormats.of(quantization).layers().orElseThrow();
  }

  private static Quantized quantize(int bits, float[] weights) {
    ByteBuffer codes = ByteBuffer.allocate(weights.length * bits / 8);
    FloatBuffer factors = FloatBuffer.allocate(weights.length / BLOCK);
    BlockQuantizer.Rows rows = new BlockQuantizer.Rows(codes, factors, ByteBuffer.allocate(0));
    assertThat(
            new BlockQuantizer(format(bits), weights.length)
                .quantize(FloatBuffer.wrap(weights), rows))
        .isTrue();
    assertThat(codes.hasRemaining()).isFalse();
    return new Quantized(bits, codes.flip(), factors.flip());
  }
}
