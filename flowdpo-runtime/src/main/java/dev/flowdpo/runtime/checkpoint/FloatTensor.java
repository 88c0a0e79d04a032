package dev.flowdpo.runtime.checkpoint;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A shape and its values in row-major order.
 *
 * <p>The values are not copied: a tensor is as immutable and as thread-safe as the buffer given to
 * it. Two tensors are equal when their shapes and their values are.
 *
 * @param shape the sizes of the dimensions, outermost first; empty for a single value
 * @param data the values, as many as the shape has; those from the buffer's position to its limit
 */
public record FloatTensor(long[] shape, FloatBuffer data) {
  /**
   * Checks that the shape and the number of values agree.
   *
   * @throws IllegalArgumentException if they do not, or if a dimension is negative
   */
  public FloatTensor {
    shape = shape.clone();
    data = data.slice();
    if (elements(shape) != data.remaining()) {
      throw new IllegalArgumentException(
          "expected as many values as shape "
              + Arrays.toString(shape)
              + " has, found "
              + data.remaining());
    }
  }

  /**
   * {@return a tensor over the array, which is not copied}
   *
   * @param values the values in row-major order
   * @param shape the sizes of the dimensions, outermost first
   */
  public static FloatTensor of(float[] values, long... shape) {
    return new FloatTensor(shape, FloatBuffer.wrap(values));
  }

  /** {@return a copy of the shape} */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /**
   * {@return the values in a buffer of its own position and limit, from 0 to the number of values}
   */
  @Override
  public FloatBuffer data() {
    return data.duplicate();
  }

  /** {@return a copy of the values} */
  public float[] toArray() {
    float[] values = new float[data.remaining()];
    data().get(values);
    return values;
  }

  /**
   * {@return the number of elements of a tensor of this shape}
   *
   * @param shape the sizes of the dimensions
   * @throws IllegalArgumentException if one is negative
   * @throws ArithmeticException if there are more than a long can count
   */
  public static long elements(long... shape) {
    long elements = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
      }
      elements = Math.multiplyExact(elements, size);
    }
    return elements;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FloatTensor that
        && Arrays.equals(shape, that.shape)
        && data.equals(that.data);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return "FloatTensor" + Arrays.toString(shape);
  }
}
