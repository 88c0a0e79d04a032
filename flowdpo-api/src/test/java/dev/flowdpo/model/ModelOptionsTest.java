package dev.flowdpo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelOptionsTest {
  @Test
  void leavesEverythingToTheEngineInFullPrecision() {
    assertThat(ModelOptions.builder().build()).isEqualTo(ModelOptions.defaults());
    assertThat(ModelOptions.defaults().cache()).isEmpty();
    ExecutionTarget execution = ModelOptions.defaults().execution();
    assertThat(execution).isEqualTo(ExecutionTarget.builder().build());
    assertThat(execution.device()).isEqualTo(Device.AUTOMATIC);
    assertThat(execution.quantization()).isEqualTo(Quantization.AS_STORED);
    assertThat(execution.spinning()).isTrue();
    assertThat(execution.packing()).isEmpty();
    assertThat(execution.gradients()).isEmpty();
  }

  @Test
  void everyValueCanBeSetOnItsOwn() {
    ModelOptions options =
        ModelOptions.builder()
            .execution(e -> e.packing(WeightPacking.NONE).threads(0))
            .maxTokens(64)
            .cache(Path.of("cache"))
            .execution(e -> e.quantization(Quantization.INT8).gradients(GradientPath.IN_GRAPH))
            .execution(e -> e.device(Device.CUDA).deviceIndex(1).spinning(false))
            .build();
    assertThat(options.cache()).contains(Path.of("cache"));
    assertThat(options.maxTokens()).hasValue(64);
    ExecutionTarget execution = options.execution();
    assertThat(execution.quantization()).isEqualTo(Quantization.INT8);
    assertThat(execution.threads()).hasValue(0);
    assertThat(execution.packing()).contains(WeightPacking.NONE);
    assertThat(execution.gradients()).contains(GradientPath.IN_GRAPH);
    assertThat(execution.spinning()).isFalse();
    assertThat(execution.device()).isEqualTo(Device.CUDA);
    assertThat(execution.deviceIndex()).isEqualTo(1);
  }

  @Test
  void aTargetNamesADevice() {
    assertThat(ExecutionTarget.auto()).isEqualTo(ExecutionTarget.defaults());
    assertThat(ExecutionTarget.cpu().device()).isEqualTo(Device.CPU);
    ExecutionTarget card = ExecutionTarget.cuda(2);
    assertThat(card.device()).isEqualTo(Device.CUDA);
    assertThat(card.deviceIndex()).isEqualTo(2);
    assertThat(card.precision()).isEmpty();
    assertThat(card.cuda()).isEqualTo(CudaOptions.defaults());
    ExecutionTarget told =
        card.toBuilder()
            .precision(Precision.BF16)
            .cuda(c -> c.memoryMegabytes(7).strict(true))
            .cuda(c -> c.arenaGrowth(CudaOptions.ArenaGrowth.DOUBLING).library(Path.of("cuda.so")))
            .build();
    assertThat(told.precision()).contains(Precision.BF16);
    assertThat(told.cuda().memoryMegabytes()).hasValue(7);
    assertThat(told.cuda().strict()).isTrue();
    assertThat(told.cuda().library()).contains(Path.of("cuda.so"));
    assertThat(told.cuda().arenaGrowth()).isEqualTo(CudaOptions.ArenaGrowth.DOUBLING);
    assertThatThrownBy(() -> card.toBuilder().cuda(c -> c.memoryMegabytes(0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("memoryMegabytes");
  }

  @Test
  void aBadValueIsRefusedAtOnce() {
    ModelOptions.Builder builder = ModelOptions.builder();
    assertThatThrownBy(() -> builder.execution(e -> e.deviceIndex(-1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("deviceIndex")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> builder.execution(e -> e.threads(-1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("threads")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> builder.maxTokens(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("maxTokens");
    assertThat(builder.build()).isEqualTo(ModelOptions.defaults());
  }
}
