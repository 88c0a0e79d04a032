package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.BlockRows;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.checkpoint.RopeScaling;
import dev.flowdpo.runtime.checkpoint.StoredBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model's GGUF file says what its folder says: the same configuration, the same weights. */
class GgufCheckpointTest {
  @TempDir Path folder;

  private Checkpoint random(Architecture architecture) {
    // Every sixth layer of Gemma 3 is another kind.
    int layers = architecture == Architecture.GEMMA3 ? 7 : 2;
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                architecture, 40, 32, layers, 4, 2, OptionalInt.of(8), 48, 64));
    RandomCheckpoint.write(folder, config, 5, DataType.F32);
    return Checkpoint.open(folder);
  }

  private Path write(GgufBytes file) throws IOException {
    return Files.write(folder.resolve("model.gguf"), file.bytes());
  }

  private static void assertSameWeights(Checkpoint expected, Checkpoint found) {
    // One is taken off what was added, which rounds.
    boolean gemma = expected.config().variant().normWeightsFromOne();
    Checkpoint.expectedTensors(expected.config())
        .forEach(
            (name, shape) -> {
              float error = gemma && name.endsWith("norm.weight") ? 1e-7f : 0;
              assertClose(name, expected.weight(name), found.weight(name), error);
              long rows = shape[0] - 2;
              assertClose(name, expected.weight(name, 1, rows), found.weight(name, 1, rows), error);
            });
  }

  private static void assertClose(
      String name, FloatBuffer expected, FloatBuffer found, float error) {
    assertThat(found.remaining()).as(name).isEqualTo(expected.remaining());
    float greatest = 0;
    while (found.hasRemaining()) {
      greatest = Math.max(greatest, Math.abs(found.get() - expected.get()));
    }
    assertThat(greatest).as(name).isLessThanOrEqualTo(error);
  }

  @ParameterizedTest
  @EnumSource(value = Architecture.class, mode = EnumSource.Mode.EXCLUDE, names = "MISTRAL")
  void isTheFolder(Architecture architecture) throws IOException {
    try (Checkpoint expected = random(architecture);
        Checkpoint found = GgufCheckpoint.open(write(GgufModels.of(expected, 3)))) {
      assertThat(found.config()).isEqualTo(expected.config());
      assertSameWeights(expected, found);
    }
  }

  /** Rows of queries lie in another order; their blocks are moved with them. */
  @Test
  void blocksAreInTheOrderOfTheFolder() throws IOException {
    String name = "model.layers.1.self_attn.q_proj.weight";
    byte[] blocks = new byte[32 * 34];
    new Random(8).nextBytes(blocks);
    for (int row = 0; row < 32; row++) {
      blocks[34 * row] = 0; // 0x2C00 is 0.0625.
      blocks[34 * row + 1] = 0x2C;
    }
    try (Checkpoint expected = random(Architecture.LLAMA)) {
      GgufBytes file = new GgufBytes(3).putAll(GgufModels.keys(expected.config()));
      GgufModels.putTensors(file, expected, other -> !other.equals(name));
      file.tensor("blk.1.attn_q.weight", 8, blocks, 32, 32);
      try (Checkpoint found = GgufCheckpoint.open(write(file))) {
        assertThat(found.storedType(name)).isEqualTo("Q8_0");
        StoredBlocks stored = found.blocks(name).orElseThrow();
        ByteBuffer codes = ByteBuffer.allocate(32 * 32);
        FloatBuffer factors = FloatBuffer.allocate(32);
        FloatBuffer none = FloatBuffer.allocate(0);
        stored.read(0, 32, new BlockRows(codes, factors, ByteBuffer.allocate(0), none));
        FloatBuffer values = found.weight(name);
        for (int row = 0; row < 32; row++) {
          int inHead = row % 8;
          int inFile = row - inHead + (inHead < 4 ? 2 * inHead : 2 * (inHead - 4) + 1);
          for (int column = 0; column < 32; column++) {
            float value = 0.0625f * blocks[34 * inFile + 2 + column];
            assertThat(values.get(32 * row + column)).isEqualTo(value);
            int code = Byte.toUnsignedInt(codes.get(32 * row + column)) - 128;
            assertThat(factors.get(row) * code).isEqualTo(value);
          }
        }
      }
    }
  }

  @Test
  void mistralIsALlamaWithoutItsWindow() throws IOException {
    try (Checkpoint expected = random(Architecture.MISTRAL);
        Checkpoint found = GgufCheckpoint.open(write(GgufModels.of(expected, 2)))) {
      assertThat(found.config().architecture()).isEqualTo(Architecture.LLAMA);
      assertThat(found.config().variant().window()).isEmpty();
      assertSameWeights(expected, found);
    }
  }

  @Test
  void factorsOfFrequenciesAreRead() throws IOException {
    try (Checkpoint expected = random(Architecture.LLAMA)) {
      RopeScaling.Llama3 scaling = new RopeScaling.Llama3(8, 1, 4, 32);
      double[] plain = RopeScaling.none().frequencies(10_000, 8, 64, 64);
      double[] scaled = scaling.frequencies(10_000, 8, 64, 64);
      float[] factors = new float[plain.length];
      for (int i = 0; i < plain.length; i++) {
        factors[i] = (float) (plain[i] / scaled[i]);
      }
      GgufBytes file = GgufModels.of(expected, 3).tensor("rope_freqs.weight", factors, 4);
      try (Checkpoint found = GgufCheckpoint.open(write(file))) {
        RopeScaling read = found.config().variant().rotary().scaling();
        assertThat(read.frequencies(10_000, 8, 64, 64))
            .containsExactly(scaled, Offset.offset(1e-9));
        assertThat(read.attentionFactor(64)).isEqualTo(1);
      }
    }
  }

  @Test
  void longRopeIsRead() throws IOException {
    try (Checkpoint expected = random(Architecture.PHI3)) {
      GgufBytes file =
          GgufModels.of(expected, 3)
              .put("phi3.rope.scaling.original_context_length", 16)
              .put("phi3.rope.scaling.attn_factor", 1.25f)
              .tensor("rope_factors_long.weight", new float[] {2, 3, 4, 5}, 4)
              .tensor("rope_factors_short.weight", new float[] {1, 1, 1, 2}, 4);
      try (Checkpoint found = GgufCheckpoint.open(write(file))) {
        RopeScaling read = found.config().variant().rotary().scaling();
        double[] plain = RopeScaling.none().frequencies(10_000, 8, 64, 16);
        assertThat(read.frequencies(10_000, 8, 64, 16)[3]).isEqualTo(plain[3] / 2);
        assertThat(read.frequencies(10_000, 8, 64, 17)[3]).isEqualTo(plain[3] / 5);
        assertThat(read.attentionFactor(64)).isEqualTo(1.25);
      }
    }
  }

  @Test
  void splitFilesAreOneModel() throws IOException {
    try (Checkpoint expected = random(Architecture.QWEN2)) {
      for (int part = 0; part < 3; part++) {
        int number = part;
        GgufBytes file = new GgufBytes(3);
        if (part == 0) {
          file.putAll(GgufModels.keys(expected.config()));
        }
        file.put("split.no", part).put("split.count", 3);
        int tensors = Checkpoint.expectedTensors(expected.config()).size();
        file.put("split.tensors.count", tensors);
        GgufModels.putTensors(file, expected, name -> Math.floorMod(name.hashCode(), 3) == number);
        Files.write(folder.resolve("m-0000%d-of-00003.gguf".formatted(part + 1)), file.bytes());
      }
      Path first = folder.resolve("m-00001-of-00003.gguf");
      try (Checkpoint found = GgufCheckpoint.open(first)) {
        assertSameWeights(expected, found);
      }
      assertThat(GgufFile.modelName(first)).isEqualTo("m");
      assertThatThrownBy(() -> GgufCheckpoint.open(folder.resolve("m-00002-of-00003.gguf")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("number 2; open the first");
      Files.copy(folder.resolve("m-00002-of-00003.gguf"), folder.resolve("o-00001-of-00003.gguf"));
      assertThatThrownBy(() -> GgufCheckpoint.open(folder.resolve("o-00001-of-00003.gguf")))
          .hasMessageContaining("name of the file")
          .hasMessageContaining("NAME-00002-of-00003.gguf");
      Files.delete(folder.resolve("m-00003-of-00003.gguf"));
      assertThatThrownBy(() -> GgufCheckpoint.open(first))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("m-00003-of-00003.gguf: no such file");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama.expert_count", "llama.attention.sliding_window"})
  void whatIsNotSupportedIsRefusedByItsKey(String key) throws IOException {
    try (Checkpoint expected = random(Architecture.LLAMA)) {
      Path file = write(GgufModels.of(expected, 3).put(key, 8));
      assertThatThrownBy(() -> GgufCheckpoint.open(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": key \"" + key + "\": expected ")
          .hasMessageContaining("found 8");
    }
  }

  @Test
  void otherFamiliesAndScalingsAreRefusedByName() throws IOException {
    try (Checkpoint expected = random(Architecture.LLAMA)) {
      Path yarn = write(GgufModels.of(expected, 3).put("llama.rope.scaling.type", "yarn"));
      assertThatThrownBy(() -> GgufCheckpoint.open(yarn))
          .hasMessageContaining("key \"llama.rope.scaling.type\"")
          .hasMessageContaining("yarn");
      Path mamba = write(GgufModels.of(expected, 3).put("general.architecture", "mamba"));
      assertThatThrownBy(() -> GgufCheckpoint.open(mamba))
          .hasMessageContaining("one of llama, qwen2, qwen3, phi3, smollm3")
          .hasMessageContaining("\"mamba\", which is not supported");
    }
  }

  @Test
  void missingAndUnknownTensorsAreNamedAsTheFileNamesThem() throws IOException {
    try (Checkpoint expected = random(Architecture.LLAMA)) {
      GgufBytes more =
          GgufModels.of(expected, 3).tensor("blk.0.ffn_gate_exps.weight", new float[1], 1);
      assertThatThrownBy(() -> GgufCheckpoint.open(write(more)))
          .hasMessageContaining("compute what is not supported: blk.0.ffn_gate_exps.weight");
      GgufBytes less = new GgufBytes(3).putAll(GgufModels.keys(expected.config()));
      GgufModels.putTensors(less, expected, name -> !name.contains("layers.1.self_attn.v_proj"));
      assertThatThrownBy(() -> GgufCheckpoint.open(write(less)))
          .hasMessageContaining("found these missing: blk.1.attn_v.weight");
    }
  }
}
