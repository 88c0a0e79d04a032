package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.function.IntFunction;

/** Copies the outputs of a run to the Java heap. */
final class SessionResults {
  private SessionResults() {}

  static float[] floats(OrtSession.Result result, String name) {
    return tensor(result, name).getFloatBuffer().array();
  }

  static long[] longs(OrtSession.Result result, String name) {
    return tensor(result, name).getLongBuffer().array();
  }

  static float[][] layers(OrtSession.Result result, ModelConfig config, IntFunction<String> name) {
    float[][] layers = new float[config.layers()][];
    for (int layer = 0; layer < layers.length; layer++) {
      layers[layer] = floats(result, name.apply(layer));
    }
    return layers;
  }

  private static OnnxTensor tensor(OrtSession.Result result, String name) {
    return (OnnxTensor)
        result
            .get(name)
            .orElseThrow(() -> new IllegalStateException("The graph gave no output " + name));
  }
}
