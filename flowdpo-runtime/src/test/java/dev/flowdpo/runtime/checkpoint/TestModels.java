package dev.flowdpo.runtime.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;

/** Small model folders with random weights. */
final class TestModels {
  private TestModels() {}

  static ModelConfig config(int layers, boolean tied) {
    return new ModelConfig(
        ModelConfig.LLAMA,
        11,
        8,
        layers,
        4,
        2,
        6,
        12,
        10_000,
        1e-5,
        64,
        tied,
        List.of(2),
        OptionalInt.of(1));
  }

  static Map<String, FloatTensor> weights(ModelConfig config, long seed) {
    Random random = new Random(seed);
    Map<String, FloatTensor> weights = new TreeMap<>();
    Checkpoint.expectedTensors(config)
        .forEach(
            (name, shape) -> {
              int elements = 1;
              for (long size : shape) {
                elements *= (int) size;
              }
              float[] values = new float[elements];
              for (int i = 0; i < elements; i++) {
                values[i] = (float) random.nextGaussian();
              }
              weights.put(name, FloatTensor.of(values, shape));
            });
    return weights;
  }

  /** Writes config and weights and returns the weights. */
  static Map<String, FloatTensor> write(Path folder, ModelConfig config, DataType type)
      throws IOException {
    Map<String, FloatTensor> weights = weights(config, 1);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.toJson());
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, type, Map.of());
    return weights;
  }
}
