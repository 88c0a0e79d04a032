package dev.flowdpo.runtime.checkpoint;

import java.util.Arrays;

/**
 * One block of a quantised matrix, for a {@link BlockFormat} to fill: element i is {@code factor ·
 * (code i − zero) + offset}. Not thread-safe.
 */
public final class Block {
  private final BlockLayout layout;
  private final int[] codes;
  private float factor;
  private int zero;
  private float offset;

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
    offset = 0;
    Arrays.fill(codes, zero);
  }

  /** Makes every element the same, in a layout with offsets. */
  public void setAll(float value) {
    setZeros();
    offset = value;
  }

  /**
   * Chooses the nearest code of each weight, without an offset.
   *
   * @param factor the factor; not 0
   * @param zero the code of the value 0
   * @return the sum of the squared errors
   */
  public double round(float[] weights, float factor, int zero) {
    return round(weights, factor, zero, 0);
  }

  /**
   * Chooses the nearest code of each weight.
   *
   * @param factor the factor; not 0
   * @param zero the code of the offset
   * @param offset what is added to every element; 0 in a layout without offsets
   * @return the sum of the squared errors
   */
  public double round(float[] weights, float factor, int zero, float offset) {
    this.factor = factor;
    this.zero = zero;
    this.offset = offset;
    int most = layout.most();
    float inverse = 1 / factor;
    double error = 0;
    for (int i = 0; i < weights.length; i++) {
      int code = (int) ((weights[i] - offset) * inverse + zero + 0.5f);
      code = Math.max(0, Math.min(most, code));
      codes[i] = code;
      float difference = factor * (code - zero) + offset - weights[i];
      error += (double) difference * difference;
    }
    return error;
  }

  /** Becomes what another block of the same layout is. */
  public void set(Block other) {
    factor = other.factor;
    zero = other.zero;
    offset = other.offset;
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

  /** Returns what is added to every element. */
  public float offset() {
    return offset;
  }

  /** Returns the code of the value 0, or of the offset. */
  public int zero() {
    return zero;
  }
}
