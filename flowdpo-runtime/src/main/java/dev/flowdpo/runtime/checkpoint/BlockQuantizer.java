package dev.flowdpo.runtime.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Rounds blocks of 32 weights to codes with a common factor ({@link BlockFormat}).
 *
 * <p>The first factor lets the element of the largest magnitude be exact: at the end of the codes
 * for 8 bits, at the one end that has a code more for 4 bits. With 4 bits the factor is then fitted
 * to the rounded block by least squares, {@code Σ v·c / Σ c²} with {@code c = code − zero}, and the
 * block is rounded again; of the factors tried the one with the smallest squared error is taken.
 * The same weights always give the same codes. Stateless and thread-safe.
 */
final class BlockQuantizer {
  private static final int REFITS = 3;

  private final BlockFormat format;

  BlockQuantizer(BlockFormat format) {
    this.format = format;
  }

  /**
   * Rounds all that remains in the values, whole blocks.
   *
   * @param values the weights
   * @param codes takes the codes
   * @param factors takes a factor for each block
   * @return false if a weight is infinite or not a number
   */
  boolean quantize(FloatBuffer values, ByteBuffer codes, FloatBuffer factors) {
    float[] block = new float[BlockFormat.BLOCK];
    int[] chosen = new int[BlockFormat.BLOCK];
    while (values.hasRemaining()) {
      values.get(block);
      float extreme = extreme(block);
      if (!Float.isFinite(extreme)) {
        return false;
      }
      factors.put(extreme == 0 ? zeros(chosen) : rounded(block, extreme, chosen));
      put(chosen, codes);
    }
    return true;
  }

  /** The element of the largest magnitude; not finite if any element is not. */
  private static float extreme(float[] block) {
    float extreme = 0;
    for (float value : block) {
      if (!(Math.abs(value) <= Math.abs(extreme))) {
        extreme = value;
        if (!Float.isFinite(value)) {
          return value;
        }
      }
    }
    return extreme;
  }

  private float zeros(int[] chosen) {
    Arrays.fill(chosen, format.zero());
    return 0;
  }

  private float rounded(float[] block, float extreme, int[] chosen) {
    if (format.bits() == 8) {
      float factor = Math.max(Math.abs(extreme) / 127, Float.MIN_NORMAL);
      round(block, factor, chosen);
      return factor;
    }
    float best = extreme / -format.zero();
    if (Math.abs(best) < Float.MIN_NORMAL) {
      return zeros(chosen);
    }
    double leastError = round(block, best, chosen);
    int[] trial = chosen.clone();
    for (int i = 0; i < REFITS; i++) {
      float factor = fitted(block, trial);
      if (Math.abs(factor) < Float.MIN_NORMAL) {
        break;
      }
      double error = round(block, factor, trial);
      if (error >= leastError) {
        break;
      }
      leastError = error;
      best = factor;
      System.arraycopy(trial, 0, chosen, 0, trial.length);
    }
    return best;
  }

  /** Chooses the nearest code of each element; returns the sum of the squared errors. */
  private double round(float[] block, float factor, int[] chosen) {
    int zero = format.zero();
    int most = 2 * zero - 1;
    float inverse = 1 / factor;
    double error = 0;
    for (int i = 0; i < block.length; i++) {
      int code = (int) (block[i] * inverse + zero + 0.5f);
      code = Math.max(0, Math.min(most, code));
      chosen[i] = code;
      float difference = factor * (code - zero) - block[i];
      error += (double) difference * difference;
    }
    return error;
  }

  private float fitted(float[] block, int[] codes) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < block.length; i++) {
      double code = codes[i] - format.zero();
      product += block[i] * code;
      square += code * code;
    }
    return square == 0 ? 0 : (float) (product / square);
  }

  private void put(int[] chosen, ByteBuffer codes) {
    if (format.bits() == 8) {
      for (int code : chosen) {
        codes.put((byte) code);
      }
    } else {
      for (int i = 0; i < chosen.length; i += 2) {
        codes.put((byte) (chosen[i] | chosen[i + 1] << 4));
      }
    }
  }
}
