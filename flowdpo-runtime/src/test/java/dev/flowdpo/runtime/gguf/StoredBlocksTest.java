package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.BlockFormat;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.ModelTensor;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.checkpoint.StoredBlocks;
import dev.flowdpo.runtime.checkpoint.TensorInfo;
import dev.flowdpo.runtime.checkpoint.WeightSource;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model whose matrices are stored in blocks, held as it is and widened. */
class StoredBlocksTest {
  private static final ModelConfig CONFIG =
      RandomCheckpoint.config(
          new RandomCheckpoint.Shape(
              Architecture.LLAMA, 64, 256, 1, 4, 2, OptionalInt.empty(), 256, 128));

  @TempDir private Path folder;

  /** One type for each layout. */
  @ParameterizedTest
  @EnumSource(names = {"Q4_0", "Q4_1", "Q3_K", "Q2_K", "Q8_0", "Q5_K", "Q6_K"})
  void aModelInBlocksScoresAsItsWidenedTwin(GgufType type) throws IOException {
    float[] widened = scores(type, Quantization.NONE);
    float[] stored = scores(type, Quantization.AS_STORED);
    assertThat(widened).hasSize(12);
    assertThat(stored).containsExactly(widened, within(2e-4f));
  }

  /** A matrix in as few bits as were asked for has nothing to gain from another rounding. */
  @ParameterizedTest
  @EnumSource(names = {"Q4_0", "Q4_1", "Q3_K"})
  void int4KeepsWhatHasFourBitsAlready(GgufType type) throws IOException {
    try (Checkpoint checkpoint = open(type)) {
      MatrixFormats four = MatrixFormats.of(Quantization.INT4, checkpoint.storedLayouts());
      assertThat(four.of(CONFIG).values())
          .isNotEmpty()
          .allSatisfy(format -> assertThat(format.name()).isEqualTo("as stored"));
    }
  }

  @Test
  void blocksOfMoreBitsThanAskedForAreRoundedToFewer() throws IOException {
    try (Checkpoint checkpoint = open(GgufType.Q8_0)) {
      ModelTensor layer = tensor("model.layers.0.mlp.up_proj.weight");
      ModelTensor embeddings = tensor("model.embed_tokens.weight");
      MatrixFormats four = MatrixFormats.of(Quantization.INT4, checkpoint.storedLayouts());
      assertThat(four.of(layer).map(BlockFormat::name)).contains("int4");
      assertThat(four.of(embeddings).map(BlockFormat::name)).contains("as stored");
      MatrixFormats eight = MatrixFormats.of(Quantization.INT8, checkpoint.storedLayouts());
      assertThat(eight.of(layer).map(BlockFormat::name)).contains("as stored");
      assertThat(MatrixFormats.of(Quantization.NONE, checkpoint.storedLayouts()).quantize())
          .isFalse();
    }
  }

  @Test
  void thePrecisionOfAFileWithoutBlocksIsFull() throws IOException {
    for (GgufType type : List.of(GgufType.F32, GgufType.F16)) {
      try (FrozenBase base = load(type, Quantization.AS_STORED)) {
        assertThat(base.quantization()).isEqualTo(Quantization.NONE);
      }
    }
    try (FrozenBase base = load(GgufType.Q8_0, Quantization.AS_STORED)) {
      assertThat(base.quantization()).isEqualTo(Quantization.AS_STORED);
    }
  }

  private static ModelTensor tensor(String name) {
    return ModelTensor.of(CONFIG).stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private float[] scores(GgufType type, Quantization quantization) throws IOException {
    int[] prompt = {3, 1, 4, 1, 5};
    int[] completion = new Random(1).ints(12, 0, 64).toArray();
    try (FrozenBase base = load(type, quantization)) {
      return new CompletionScorer(base)
          .tokenLogProbabilities(
              AdapterSnapshot.none(CONFIG), List.of(new Completion(prompt, completion)))
          .get(0);
    }
  }

  private FrozenBase load(GgufType type, Quantization quantization) throws IOException {
    return FrozenBase.load(open(type), new SessionSettings(1, 128).withQuantization(quantization));
  }

  private Checkpoint open(GgufType type) throws IOException {
    return Checkpoint.of(folder, CONFIG, "this test", List.of(new Source(folder, type)));
  }

  /** Matrices of the blocks that {@code make_blocks.py} made, in random order. */
  private static final class Source implements WeightSource {
    private final Path folder;
    private final GgufType type;
    private final Map<String, TensorInfo> tensors = new HashMap<>();
    private final Map<String, ByteBuffer> bytes = new HashMap<>();

    Source(Path folder, GgufType type) throws IOException {
      this.folder = folder;
      this.type = type;
      ByteBuffer blocks = GgufTypeTest.resource(type + ".bin");
      Random random = new Random(2);
      for (ModelTensor tensor : ModelTensor.of(CONFIG)) {
        boolean matrix = tensor.shape().size() == 2;
        GgufType stored = matrix ? type : GgufType.F32;
        ByteBuffer all =
            ByteBuffer.allocate((int) stored.byteSize(tensor.elements()))
                .order(ByteOrder.LITTLE_ENDIAN);
        while (all.hasRemaining()) {
          if (matrix) {
            int block = random.nextInt(blocks.limit() / type.bytes());
            all.put(blocks.slice(block * type.bytes(), type.bytes()));
          } else {
            all.putFloat(0.02f); // keeps scores of random weights small
          }
        }
        bytes.put(tensor.name(), all.flip());
        tensors.put(
            tensor.name(),
            new TensorInfo(tensor.name(), stored.name(), tensor.sizes(), 0, all.limit()));
      }
    }

    @Override
    public Path path() {
      return folder;
    }

    @Override
    public Set<String> names() {
      return tensors.keySet();
    }

    @Override
    public TensorInfo tensor(String name) {
      return tensors.get(name);
    }

    @Override
    public void requireReadable(String name) {}

    @Override
    public FloatBuffer floats(String name) {
      return floats(name, 0, tensor(name).shape()[0]);
    }

    @Override
    public FloatBuffer floats(String name, long firstRow, long rows) {
      TensorInfo info = tensor(name);
      int rowBytes = (int) (info.byteSize() / info.shape()[0]);
      ByteBuffer from = bytes.get(name).slice((int) firstRow * rowBytes, (int) rows * rowBytes);
      GgufType stored = GgufType.valueOf(info.dtype());
      int count = from.remaining() / stored.bytes() * stored.elements();
      FloatBuffer values =
          ByteBuffer.allocateDirect(Float.BYTES * count)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      stored.dequantize(from, values);
      return values.flip();
    }

    @Override
    public Optional<StoredBlocks> blocks(String name) {
      TensorInfo info = tensor(name);
      if (info.shape().length != 2) {
        return Optional.empty();
      }
      int rowBytes = (int) (info.byteSize() / info.shape()[0]);
      ByteBuffer all = bytes.get(name);
      return GgufBlocks.of(type, info.shape()[1], row -> all.slice((int) row * rowBytes, rowBytes));
    }

    @Override
    public void forEachBlock(String name, Consumer<ByteBuffer> reader) {
      reader.accept(bytes.get(name).duplicate());
    }

    @Override
    public void close() {}
  }
}
