package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
  void fourBitsAreNoWorseThanTheGridBetweenTheExtremes(@ForAll("blocks") float[] weights) {
    Quantized found = quantize(4, weights);
    for (int begin = 0; begin < weights.length; begin += BLOCK) {
      double error = 0;
      for (int i = begin; i < begin + BLOCK; i++) {
        error += Math.pow((double) found.value(i) - weights[i], 2);
      }
      Grid grid = Grid.of(weights, begin);
      // The grid is worked out in double precision here, the codes in single.
      double rounding = Math.pow(Math.max(Math.abs(grid.least), Math.abs(grid.most)) * 2e-6, 2);
      assertThat(error).isLessThanOrEqualTo(grid.error(weights, begin) * 1.001 + 1e-60 + rounding);
    }
  }

  /** The plain grid, of 15 steps from the smallest to the largest weight of a block. */
  private record Grid(double least, double most) {
    static Grid of(float[] weights, int begin) {
      double least = weights[begin];
      double most = weights[begin];
      for (int i = begin; i < begin + BLOCK; i++) {
        least = Math.min(least, weights[i]);
        most = Math.max(most, weights[i]);
      }
      return new Grid(least, most);
    }

    double error(float[] weights, int begin) {
      double step = (most - least) / 15;
      double error = 0;
      for (int i = begin; i < begin + BLOCK; i++) {
        double code = step == 0 ? 0 : Math.rint((weights[i] - least) / step);
        error += Math.pow(code * step + least - weights[i], 2);
      }
      return error;
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

  /** So a model whose weights were of 4 bits once does not lose by being of 4 bits again. */
  @Test
  void fourBitsKeepWeightsThatLieOnAGridAlready() {
    Random random = new Random(5);
    float[] weights = new float[BLOCK * 100];
    for (int begin = 0; begin < weights.length; begin += BLOCK) {
      float factor = 0.01f * random.nextFloat();
      float offset = 0.1f * random.nextFloat() - 0.2f;
      for (int i = begin; i < begin + BLOCK; i++) {
        int code = i < begin + 2 ? 15 * (i - begin) : random.nextInt(16);
        weights[i] = factor * code + offset;
      }
    }
    Quantized found = quantize(4, weights);
    for (int i = 0; i < weights.length; i++) {
      assertThat(found.value(i)).isCloseTo(weights[i], within(3e-7f));
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
  void searchingForAGridMakesFourBitsBetterOnOrdinaryWeights() {
    Random random = new Random(3);
    float[] weights = new float[BLOCK * 500];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    Quantized found = quantize(4, weights);
    double error = 0;
    double plain = 0;
    for (int i = 0; i < weights.length; i++) {
      error += Math.pow(found.value(i) - weights[i], 2);
      plain += i % BLOCK == 0 ? Grid.of(weights, i).error(weights, i) : 0;
    }
    assertThat(Math.sqrt(error / plain)).isLessThan(0.94);
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
                      new BlockRows(
                          ByteBuffer.allocate(BLOCK),
                          factors,
                          ByteBuffer.allocate(0),
                          FloatBuffer.allocate(0))))
          .isFalse();
    }
  }

  private record Quantized(int bits, ByteBuffer codes, FloatBuffer factors, FloatBuffer offsets) {
    float factor(int i) {
      return factors.get(i / BLOCK);
    }

    float value(int i) {
      int code =
          bits == 8 ? codes.get(i) & 0xff : (codes.get(i / 2) & 0xff) >> (i % 2 == 0 ? 0 : 4) & 15;
      float offset = offsets.hasRemaining() ? offsets.get(i / BLOCK) : 0;
      return factor(i) * (code - (1 << (bits - 1))) + offset;
    }
  }

  private static BlockFormat format(int bits) {
    Quantization quantization = bits == 8 ? Quantization.INT8 : Quantization.INT4;
    return MatrixFormats.of(quantization).layers().orElseThrow();
  }

  private static Quantized quantize(int bits, float[] weights) {
    ByteBuffer codes = ByteBuffer.allocate(weights.length * bits / 8);
    FloatBuffer factors = FloatBuffer.allocate(weights.length / BLOCK);
    FloatBuffer offsets =
        FloatBuffer.allocate(format(bits).layout().offsets() ? factors.limit() : 0);
    BlockRows rows = new BlockRows(codes, factors, ByteBuffer.allocate(0), offsets);
    assertThat(
            new BlockQuantizer(format(bits), weights.length)
                .quantize(FloatBuffer.wrap(weights), rows))
        .isTrue();
    assertThat(codes.hasRemaining()).isFalse();
    return new Quantized(bits, codes.flip(), factors.flip(), offsets.flip());
  }
}
