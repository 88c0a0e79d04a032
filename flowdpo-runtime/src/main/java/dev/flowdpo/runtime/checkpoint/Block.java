package dev.flowdpo.runtime.checkpoint;

import java.util.Arrays;

/**
 * One block of a quantised matrix, for a {@link BlockFormat} to fill: element i is {@code factor ·
 * (code i − zero)}. Not thread-safe.
 */
public final class Block {
  private final BlockLayout layout;
  private final int[] codes;
  private float factor;
  private int zero;

  /** Creates a block of zeros. */
  public Block(BlockLayout layout) {
    this.layout = layout;
    this.codes = new int[layout.blockSize()];
    setZeros();
  }

  /** Makes every element 0. */
  public void setZeros() {
    factor = 0;
    zero = layout.middle();
    Arrays.fill(codes, zero);
  }

  /**
   * Chooses the nearest code of each weight.
   *
   * @param factor the factor; not 0
   * @param zero the code of the value 0
   * @return the sum of the squared errors
   */
  public double round(float[] weights, float factor, int zero) {
    this.factor = factor;
    this.zero = zero;
    int most = layout.most();
    float inverse = 1 / factor;
    double error = 0;
    for (int i = 0; i < weights.length; i++) {
      int code = (int) (weights[i] * inverse + zero + 0.5f);
      code = Math.max(0, Math.min(most, code));
      codes[i] = code;
      float difference = factor * (code - zero) - weights[i];
      error += (double) difference * difference;
    }
    return error;
  }

  /** Becomes what another block of the same layout is. */
  public void set(Block other) {
    factor = other.factor;
    zero = other.zero;
    System.arraycopy(other.codes, 0, codes, 0, codes.length);
  }

  /** Returns a code. */
  public int code(int i) {
    return codes[i];
  }

  /** Returns the factor. */
  public float factor() {
    return factor;
  }

  /** Returns the code of the value 0. */
  public int zero() {
    return zero;
  }
}
