package dev.flowdpo.runtime.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The zero-copy bridge between the memory of ONNX Runtime's tensors and ND4J's arrays. */
final class NativeArrays {
  static {
    // An adapter's vectors are too short to share, and ND4J's threads wait busily after every operation: where the
    // cores are taken, by ONNX Runtime's own threads or by other programs, that makes a gradient ten times as slow.
    Nd4j.getEnvironment().setMaxMasterThreads(1);
  }

  private NativeArrays() {}

  /** Returns an array over direct memory; the memory must stay reachable as long as the array is used. */
  static INDArray over(ByteBuffer memory, long... shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    FloatPointer pointer =
        new FloatPointer(memory.order(ByteOrder.nativeOrder()).asFloatBuffer());
    return Nd4j.create(Nd4j.createBuffer(pointer, elements, DataType.FLOAT), shape);
  }
}
