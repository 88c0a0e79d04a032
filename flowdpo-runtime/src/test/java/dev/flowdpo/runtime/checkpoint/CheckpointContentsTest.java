package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.CheckpointContents.Tensor;
import dev.flowdpo.runtime.checkpoint.CheckpointContents.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of a folder without reading weights. */
class CheckpointContentsTest {
  @TempDir Path folder;

  @Test
  void countsParametersByKindAndBytesOnTheDisk() throws IOException {
    ModelConfig config = TestModels.config(2, false);
    TestModels.write(folder, config, DataType.BF16);
    CheckpointContents contents = CheckpointContents.read(folder);
    assertThat(contents.config()).isEqualTo(config);
    assertThat(contents.parameters()).isEqualTo(config.parameters());
    assertThat(parameters(contents, ParameterKind.EMBEDDING)).isEqualTo(11 * 8);
    assertThat(parameters(contents, ParameterKind.HEAD)).isEqualTo(11 * 8);
    assertThat(parameters(contents, ParameterKind.NORM)).isEqualTo(5 * 8);
    assertThat(parameters(contents, ParameterKind.LINEAR))
        .isEqualTo(2 * (24 * 8 + 2 * 12 * 8 + 8 * 24 + 3 * 12 * 8));
    assertThat(contents.tensors()).allMatch(tensor -> tensor.type().equals("BF16"));
    long size = Files.size(folder.resolve("model.safetensors"));
    assertThat(contents.files()).containsExactly(new WeightFile("model.safetensors", size));
    assertThat(contents.bytes()).isEqualTo(size).isGreaterThan(2 * config.parameters());
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void everyTensorOfEveryArchitectureHasItsKind(Architecture architecture) {
    ModelConfig config =
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(architecture, 300, 32, 2, 4, 2, OptionalInt.of(8), 96, 64));
    ModelTensor.of(config)
        .forEach(
            expected -> {
              Tensor tensor = Tensor.of(expected, "F32");
              String name = tensor.name();
              assertThat(tensor.isMatrix()).as(name).isEqualTo(tensor.shape().size() == 2);
              assertThat(tensor.kind() == ParameterKind.BIAS).isEqualTo(name.endsWith("bias"));
              assertThat(tensor.kind() == ParameterKind.NORM).isEqualTo(name.contains("norm"));
            });
  }

  @Test
  void listsShards() throws IOException {
    ModelConfig config = TestModels.config(2, true);
    TestModels.write(folder, config, DataType.F32);
    Path sharded = folder.resolve("sharded");
    MergedCheckpoint.write(folder, new AdapterWeights(1, 1, 0, new TreeMap<>()), sharded, 2000);
    CheckpointContents contents = CheckpointContents.read(sharded);
    assertThat(contents.files()).hasSizeGreaterThan(2);
    assertThat(contents.files().get(0).name()).startsWith("model-00001-of-");
    assertThat(contents.parameters()).isEqualTo(config.parameters());
  }

  @Test
  void refusesWhatCheckpointsRefuse() {
    assertThatThrownBy(() -> CheckpointContents.read(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a model folder with config.json");
  }

  private static long parameters(CheckpointContents contents, ParameterKind kind) {
    return contents.parameters(tensor -> tensor.kind() == kind);
  }
}
