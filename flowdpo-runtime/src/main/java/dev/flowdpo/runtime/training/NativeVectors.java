package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes the ND4J arrays of this package, some of them over memory that ONNX Runtime reads or
 * writes.
 *
 * <p>ND4J and its OpenBLAS run on one thread here, unless the process says otherwise; see {@link
 * NativeLibraries}.
 */
final class NativeVectors {
  static {
    NativeLibraries.prepareLearning();
  }

  private NativeVectors() {}

  /** Sets the number of OpenMP threads of the calling thread, which each thread has for itself. */
  static void prepareThread() {
    NativeLibraries.prepareLearningThread();
  }

  /** Returns a vector of zeros. */
  static INDArray zeros(long size) {
    return Nd4j.zeros(DataType.FLOAT, size);
  }

  /** Returns a vector with a copy of these values. */
  static INDArray of(float[] values) {
    return Nd4j.createFromArray(values);
  }

  /**
   * Returns an array over direct memory; the memory must stay reachable as long as the array is
   * used.
   */
  static INDArray over(ByteBuffer memory, long... shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    FloatPointer pointer = new FloatPointer(memory.order(ByteOrder.nativeOrder()).asFloatBuffer());
    return Nd4j.create(Nd4j.createBuffer(pointer, elements, DataType.FLOAT), shape);
  }
}
