package dev.flowdpo.runtime.inference;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.BlockLayout;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.checkpoint.QuantizedWeights;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.training.Completion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Random checkpoints whose rows are whole blocks, and what tests feed to them. */
final class RandomModels {
  static final int VOCABULARY = 96;

  private RandomModels() {}

  /** Writes a checkpoint of two layers. */
  static Path write(Path folder, Architecture architecture, DataType type) {
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, VOCABULARY, 64, 2, 4, 2, OptionalInt.of(16), 96, 256));
    RandomCheckpoint.write(folder, config, 5, type);
    return folder;
  }

  /** Writes a checkpoint in full precision with the values that a quantised one stands for. */
  static Path writeTwin(Path from, Path to, MatrixFormats formats) throws IOException {
    Files.createDirectories(to);
    Files.copy(from.resolve(Checkpoint.CONFIG_FILE), to.resolve(Checkpoint.CONFIG_FILE));
    Map<String, FloatTensor> tensors = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(from);
        QuantizedWeights weights = QuantizedWeights.open(checkpoint, formats, Optional.empty())) {
      for (ModelTensor tensor : ModelTensor.of(checkpoint.config())) {
        float[] values =
            formats
                .of(tensor)
                .map(format -> dequantized(format.layout(), tensor, weights))
                .orElseGet(() -> copy(checkpoint.weight(tensor.name())));
        tensors.put(tensor.name(), FloatTensor.of(values, tensor.sizes()));
      }
    }
    SafetensorsWriter.write(to.resolve(Checkpoint.WEIGHTS_FILE), tensors, DataType.F32, Map.of());
    return to;
  }

  private static float[] dequantized(
      BlockLayout layout, ModelTensor tensor, QuantizedWeights weights) {
    ByteBuffer codes = weights.codes(List.of(tensor.name()));
    FloatBuffer factors = weights.factors(List.of(tensor.name()));
    // Taken once: every call maps a part of the file.
    Optional<ByteBuffer> zeros =
        layout.zeroPoints() ? Optional.of(weights.zeros(List.of(tensor.name()))) : Optional.empty();
    Optional<FloatBuffer> offsets =
        layout.offsets() ? Optional.of(weights.offsets(List.of(tensor.name()))) : Optional.empty();
    int columns = (int) tensor.columns();
    int blocks = columns / layout.blockSize();
    float[] values = new float[(int) tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      int row = i / columns;
      int block = i % columns / layout.blockSize();
      int zero = layout.bits() == 8 ? 128 : 8;
      if (zeros.isPresent()) {
        // Two zeros of 4 bits share a byte, and each row begins with a byte.
        int place =
            layout.bits() == 8 ? row * blocks + block : row * ((blocks + 1) / 2 * 2) + block;
        zero = code(zeros.get(), layout.bits(), place);
      }
      int number = row * blocks + block;
      values[i] = factors.get(number) * (code(codes, layout.bits(), i) - zero);
      if (offsets.isPresent()) {
        values[i] += offsets.get().get(number);
      }
    }
    return values;
  }

  private static int code(ByteBuffer packed, int bits, int place) {
    return bits == 8 ? packed.get(place) & 0xff : packed.get(place / 2) >> 4 * (place % 2) & 0x0f;
  }

  private static float[] copy(FloatBuffer values) {
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }

  /** Returns an adapter of rank 4 that changes every linear layer. */
  static AdapterSnapshot adapter(ModelConfig config) {
    AdapterLayout layout = AdapterLayout.of(config, 4);
    Random random = new Random(11);
    float[] values = new float[layout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.2f * (float) random.nextGaussian();
    }
    return AdapterSnapshot.of(layout, 4, 0, values);
  }

  /** Returns prompts and completions of random tokens, of different lengths. */
  static List<Completion> completions(int count) {
    Random random = new Random(7);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Completion(
                    random.ints(5 + 3L * i, 0, VOCABULARY).toArray(),
                    random.ints(4 + i, 0, VOCABULARY).toArray()))
        .collect(ImmutableList.toImmutableList());
  }
}
