package dev.flowdpo.runtime.checkpoint;

import java.nio.FloatBuffer;

/**
 * The two low-rank matrices that adapt one linear layer: the layer computes {@code W x + scaling ·
 * B (A x)} (LoRA, arXiv 2106.09685).
 *
 * <p>The values are copied on the way in and read-only on the way out: immutable and thread-safe,
 * so that a published adapter never changes under a running flow.
 *
 * @param rank the inner dimension
 * @param inputSize the number of inputs of the layer
 * @param outputSize the number of outputs of the layer
 * @param a the matrix A, [rank, inputSize], row-major
 * @param b the matrix B, [outputSize, rank], row-major
 */
public record LoraMatrices(int rank, int inputSize, int outputSize, FloatBuffer a, FloatBuffer b) {
  /**
   * Copies the values that remain in the buffers.
   *
   * @throws IllegalArgumentException if a size is not positive or the number of values is not that
   *     of the shape
   */
  public LoraMatrices {
    if (rank < 1 || inputSize < 1 || outputSize < 1) {
      throw new IllegalArgumentException(
          "expected positive sizes, found rank "
              + rank
              + ", inputs "
              + inputSize
              + ", outputs "
              + outputSize);
    }
    a = copy("A", a, rank, inputSize);
    b = copy("B", b, outputSize, rank);
  }

  /**
   * {@return matrices with a copy of these values}
   *
   * @param rank the inner dimension
   * @param inputSize the number of inputs of the layer
   * @param outputSize the number of outputs of the layer
   * @param a the matrix A, [rank, inputSize], row-major
   * @param b the matrix B, [outputSize, rank], row-major
   */
  public static LoraMatrices of(int rank, int inputSize, int outputSize, float[] a, float[] b) {
    return new LoraMatrices(rank, inputSize, outputSize, FloatBuffer.wrap(a), FloatBuffer.wrap(b));
  }

  /** {@return A in a read-only buffer of its own position and limit} */
  @Override
  public FloatBuffer a() {
    return a.duplicate();
  }

  /** {@return B in a read-only buffer of its own position and limit} */
  @Override
  public FloatBuffer b() {
    return b.duplicate();
  }

  /** {@return a copy of the values of A} */
  public float[] copyOfA() {
    return values(a);
  }

  /** {@return a copy of the values of B} */
  public float[] copyOfB() {
    return values(b);
  }

  private static FloatBuffer copy(String name, FloatBuffer from, int rows, int columns) {
    if (from.remaining() != (long) rows * columns) {
      throw new IllegalArgumentException(
          name
              + ": expected the values of shape ["
              + rows
              + ", "
              + columns
              + "], found "
              + from.remaining()
              + " values");
    }
    return FloatBuffer.wrap(values(from)).asReadOnlyBuffer();
  }

  private static float[] values(FloatBuffer from) {
    float[] values = new float[from.remaining()];
    from.duplicate().get(values);
    return values;
  }

  @Override
  public String toString() {
    return "LoraMatrices[rank " + rank + ", " + inputSize + " to " + outputSize + "]";
  }
}
