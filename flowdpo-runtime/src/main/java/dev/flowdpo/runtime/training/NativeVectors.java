package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.internal.NativeLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Makes the ND4J arrays of this package, some of them over memory that ONNX Runtime reads or
 * writes.
 *
 * <p>ND4J and its OpenBLAS run on one thread here, unless the system property {@code
 * flowdpo.nd4j.threads} says otherwise: their operations are small, and their threads, which wait
 * by spinning or yielding, would fight with those of ONNX Runtime and with other processes for the
 * cores.
 */
final class NativeVectors {
  private static final int THREADS = Math.max(1, Integer.getInteger("flowdpo.nd4j.threads", 1));

  static {
    NativeLimits.lift();
    Nd4j.getEnvironment().setMaxThreads(THREADS);
    Nd4j.getEnvironment().setMaxMasterThreads(THREADS);
    // OpenBLAS has threads of its own, and yields the core at every product until they are done.
    Nd4j.factory().blas().setMaxThreads(THREADS);
  }

  private NativeVectors() {}

  /** Sets the number of OpenMP threads of the calling thread, which each thread has for itself. */
  static void prepareThread() {
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(THREADS);
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
