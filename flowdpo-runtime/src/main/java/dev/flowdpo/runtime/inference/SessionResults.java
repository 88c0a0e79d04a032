package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;

/** Copies the outputs of a run to the Java heap. */
final class SessionResults {
  private SessionResults() {}

  static float[] floats(OrtSession.Result result, String name) {
    return tensor(result, name).getFloatBuffer().array();
  }

  static ByteBuffer bytes(OrtSession.Result result, String name) {
    return tensor(result, name).getByteBuffer();
  }

  static long[] longs(OrtSession.Result result, String name) {
    return tensor(result, name).getLongBuffer().array();
  }

  private static OnnxTensor tensor(OrtSession.Result result, String name) {
    return (OnnxTensor)
        result
            .get(name)
            .orElseThrow(() -> new IllegalStateException("The graph gave no output " + name));
  }
}
