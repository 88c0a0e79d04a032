package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.Quantization;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class QuantizedWeightsTest {
  private static final ModelConfig CONFIG =
      RandomCheckpoint.config(
          new RandomCheckpoint.Shape(
              Architecture.QWEN2, 96, 64, 2, 4, 2, OptionalInt.empty(), 80, 256));
  private static final MatrixFormats INT8 = MatrixFormats.of(Quantization.INT8);
  private static final String LONG_ROWS = "model.layers.0.mlp.up_proj.weight";
  private static final String ROWS_OF_80 = "model.layers.0.mlp.down_proj.weight";

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeModel() {
    model = folder.resolve("model");
    RandomCheckpoint.write(model, CONFIG, 1, DataType.F32);
  }

  @Test
  void theFileIsMadeOnceAndFoundByTheContent() throws IOException {
    Path first = open(Quantization.INT4, Optional.empty());
    assertThat(first.getParent()).isEqualTo(model.resolve(QuantizedWeights.FOLDER));
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(first, old);
    assertThat(open(Quantization.INT4, Optional.empty())).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(old);

    Path eightBits = open(Quantization.INT8, Optional.empty());
    assertThat(eightBits).isNotEqualTo(first);
    assertThat(Files.size(eightBits)).isGreaterThan(Files.size(first));

    Path elsewhere = folder.resolve("some/cache");
    assertThat(open(Quantization.INT4, Optional.of(elsewhere)))
        .isEqualTo(elsewhere.resolve(first.getFileName()))
        .hasSameBinaryContentAs(first);
  }

  @Test
  void matricesThatFollowEachOtherAreOneBelowTheOther() {
    String layer = "model.layers.0.self_attn.";
    List<String> names =
        List.of(layer + "q_proj.weight", layer + "k_proj.weight", layer + "v_proj.weight");
    try (Checkpoint checkpoint = Checkpoint.open(model);
        QuantizedWeights weights =
            QuantizedWeights.open(
                checkpoint, MatrixFormats.of(Quantization.INT4), Optional.empty())) {
      ByteBuffer codes = weights.codes(names);
      FloatBuffer offsets = weights.offsets(names);
      for (String name : names) {
        ByteBuffer own = weights.codes(List.of(name));
        assertThat(codes.slice(codes.position(), own.remaining())).isEqualTo(own);
        codes.position(codes.position() + own.remaining());
        FloatBuffer ownOffsets = weights.offsets(List.of(name));
        assertThat(offsets.slice(offsets.position(), ownOffsets.remaining())).isEqualTo(ownOffsets);
        offsets.position(offsets.position() + ownOffsets.remaining());
      }
      assertThat(codes.hasRemaining()).isFalse();
      assertThat(offsets.hasRemaining()).isFalse();
      List<String> apart = List.of(names.get(0), names.get(2));
      assertThatThrownBy(() -> weights.codes(apart))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("v_proj.weight.codes\": expected it to begin at byte");
    }
  }

  @Test
  void oneChangedWeightGivesAnotherFile() throws IOException {
    Path before = open(Quantization.INT8, Optional.empty());
    change(LONG_ROWS, 1000, 0.5f);
    assertThat(open(Quantization.INT8, Optional.empty())).isNotEqualTo(before);
  }

  @Test
  void aDamagedFileIsMadeAgain() throws IOException {
    Path file = open(Quantization.INT8, Optional.empty());
    byte[] good = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 100, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThat(open(Quantization.INT8, Optional.empty())).isEqualTo(file).hasBinaryContent(good);
    }
    for (int i = 0; i < 20; i++) {
      byte[] flipped = good.clone();
      flipped[i * (good.length - 1) / 19] ^= (byte) (1 << i % 8);
      Files.write(file, flipped);
      assertThat(open(Quantization.INT8, Optional.empty())).isEqualTo(file).hasBinaryContent(good);
    }
    Path sums = file.resolveSibling(file.getFileName() + StripeSums.SUFFIX);
    String right = Files.readString(sums);
    for (String wrong : List.of("", right.substring(1), right.replace('\n', ' '))) {
      Files.writeString(sums, wrong);
      assertThat(open(Quantization.INT8, Optional.empty())).hasBinaryContent(good);
      assertThat(sums).hasContent(right);
    }
    Files.delete(sums); // as an earlier version left it
    assertThat(open(Quantization.INT8, Optional.empty())).hasBinaryContent(good);
    SafetensorsWriter.write(
        file, Map.of("other", FloatTensor.of(new float[1], 1)), DataType.F32, Map.of());
    assertThat(open(Quantization.INT8, Optional.empty())).hasBinaryContent(good);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void partsAreMappedOnceHoweverOftenTheyAreAskedFor() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        QuantizedWeights weights = QuantizedWeights.open(checkpoint, INT8, Optional.empty())) {
      List<Buffer> kept = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        kept.add(weights.codes(List.of(LONG_ROWS)));
        kept.add(weights.factors(List.of(LONG_ROWS)));
      }
      String file = weights.path().toString();
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        assertThat(maps.filter(line -> line.contains(file))).hasSizeBetween(1, 2);
      }
      assertThat(kept).allMatch(buffer -> buffer.position() == 0 && buffer.hasRemaining());
    }
  }

  @Test
  void theSameWeightsGiveTheSameFileOnAnyNumberOfThreads() throws IOException {
    byte[] first = Files.readAllBytes(open(Quantization.INT4, Optional.empty()));
    byte[] second =
        Files.readAllBytes(open(Quantization.INT4, Optional.of(folder.resolve("again"))));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void fourBitsSpareTheVocabularyAndRowsThatAreNoWholeBlocks() {
    Map<String, BlockFormat> four = MatrixFormats.of(Quantization.INT4).of(CONFIG);
    assertThat(four.get(LONG_ROWS)).extracting(BlockFormat::name).isEqualTo("int4");
    assertThat(four.get("model.embed_tokens.weight"))
        .extracting(BlockFormat::name)
        .isEqualTo("int8");
    assertThat(four).doesNotContainKeys(ROWS_OF_80, "model.norm.weight");
    assertThat(MatrixFormats.full().of(CONFIG)).isEmpty();
  }

  @Test
  void halfPrecisionOnDiskGivesTheCodesOfItsValues() throws IOException {
    Path half = folder.resolve("half");
    RandomCheckpoint.write(half, CONFIG, 1, DataType.F16);
    Path widened = folder.resolve("widened");
    Files.createDirectories(widened);
    Files.copy(half.resolve("config.json"), widened.resolve("config.json"));
    Map<String, FloatTensor> values = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(half)) {
      for (String name : Checkpoint.expectedTensors(CONFIG).keySet()) {
        values.put(name, new FloatTensor(checkpoint.shape(name), checkpoint.weight(name)));
      }
      SafetensorsWriter.write(widened.resolve("model.safetensors"), values, DataType.F32, Map.of());
    }
    try (Checkpoint from = Checkpoint.open(half);
        Checkpoint to = Checkpoint.open(widened);
        QuantizedWeights found = QuantizedWeights.open(from, INT8, Optional.empty());
        QuantizedWeights wanted = QuantizedWeights.open(to, INT8, Optional.empty())) {
      for (String name : INT8.of(CONFIG).keySet()) {
        assertThat(found.codes(List.of(name))).isEqualTo(wanted.codes(List.of(name)));
        assertThat(found.factors(List.of(name))).isEqualTo(wanted.factors(List.of(name)));
      }
    }
  }

  @Test
  void refusesWeightsThatAreNotNumbersAndLeavesNothingBehind() throws IOException {
    change(LONG_ROWS, 77, Float.NaN);
    assertThatThrownBy(() -> open(Quantization.INT8, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(model.toString(), LONG_ROWS, "finite", "rows 0 to 79");
    try (Stream<Path> left = Files.list(model.resolve(QuantizedWeights.FOLDER))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesACacheFolderThatIsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertThatThrownBy(() -> open(Quantization.INT8, Optional.of(file)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(file.toString(), "choose another cache folder");
    assertThat(file).hasContent("not a folder");
  }

  private Path open(Quantization quantization, Optional<Path> cache) {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        QuantizedWeights weights =
            QuantizedWeights.open(checkpoint, MatrixFormats.of(quantization), cache)) {
      ByteBuffer codes = weights.codes(List.of(LONG_ROWS));
      assertThat(codes.isDirect()).isTrue();
      assertThat(weights.factors(List.of(LONG_ROWS)).remaining()).isEqualTo(80 * 64 / 32);
      return weights.path();
    }
  }

  private void change(String name, int place, float value) {
    Map<String, FloatTensor> tensors = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      for (String each : List.copyOf(Checkpoint.expectedTensors(CONFIG).keySet())) {
        float[] values = new float[checkpoint.weight(each).remaining()];
        checkpoint.weight(each).get(values);
        if (each.equals(name)) {
          values[place] = value;
        }
        tensors.put(each, FloatTensor.of(values, checkpoint.shape(each)));
      }
    }
    SafetensorsWriter.write(model.resolve("model.safetensors"), tensors, DataType.F32, Map.of());
  }
}
