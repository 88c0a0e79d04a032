package dev.flowdpo.runtime.checkpoint;

import java.util.Arrays;

/**
 * What the header of a safetensors file says of one tensor. Immutable and thread-safe.
 *
 * @param name the tensor's name, unique in its file
 * @param dtype the element type as the file names it, such as {@code F32}, {@code BF16} or {@code
 *     I64}
 * @param shape the sizes of the dimensions, outermost first; empty for a single value
 * @param begin the offset of the first byte, counted from the start of the file's data section
 * @param end the offset after the last byte, counted likewise
 */
public record TensorInfo(String name, String dtype, long[] shape, long begin, long end) {
  /** Copies the shape. */
  public TensorInfo {
    shape = shape.clone();
  }

  /** {@return a copy of the shape} */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** {@return the number of bytes of the tensor} */
  public long byteSize() {
    return end - begin;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo that
        && name.equals(that.name)
        && dtype.equals(that.dtype)
        && Arrays.equals(shape, that.shape)
        && begin == that.begin
        && end == that.end;
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape) + " at bytes " + begin + " to " + end;
  }
}
