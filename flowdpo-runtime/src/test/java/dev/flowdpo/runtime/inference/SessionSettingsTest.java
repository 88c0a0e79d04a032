package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.CudaOptions;
import dev.flowdpo.model.CudaOptions.ArenaGrowth;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.model.WeightPacking;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class SessionSettingsTest {
  @Test
  void withThreadsChangesTheThreadsAndNothingElse() {
    SessionSettings settings = new SessionSettings(4, 512);
    assertThat(settings.withThreads(1)).isEqualTo(new SessionSettings(1, 512));
    assertThat(settings).isEqualTo(new SessionSettings(4, 512));
    assertThatThrownBy(() -> settings.withThreads(-1)).hasMessageContaining("found -1");
  }

  @Test
  void whatWasLeftOpenStaysWhatTheEngineDecides() {
    SessionSettings bundled = BundledModel.sessionSettings();
    assertThat(bundled.with(ModelOptions.defaults())).isEqualTo(bundled);
    ModelOptions options =
        ModelOptions.builder()
            .execution(e -> e.gradients(GradientPath.IN_GRAPH).quantization(Quantization.INT8))
            .execution(e -> e.spinning(false))
            .build();
    SessionSettings found = bundled.with(options);
    assertThat(found.gradients()).isEqualTo(GradientPath.IN_GRAPH);
    assertThat(found.quantization()).isEqualTo(Quantization.INT8);
    assertThat(bundled.spinning()).isTrue();
    assertThat(found.spinning()).isFalse();
    assertThat(found.threads()).isEqualTo(1);
    assertThat(found.packing()).isEqualTo(WeightPacking.ALL);
  }

  @Test
  void aDeviceThatIsLeftOpenIsTheProcessorWhereThereIsNoCard() {
    SessionSettings found =
        SessionSettings.defaults()
            .with(ModelOptions.builder().execution(ExecutionTarget.auto()).build());
    assertThat(found).isEqualTo(SessionSettings.defaults());
    assertThat(found.cuda()).isEmpty();
    assertThat(found.precision()).contains(Precision.F32);
    assertThat(
            SessionSettings.defaults()
                .with(ModelOptions.builder().execution(ExecutionTarget.cpu()).build()))
        .isEqualTo(found);
  }

  @Test
  void aCardThatCannotBeUsedIsRefusedWithWhatIsMissing() {
    assertRefused(e -> e.device(Device.CUDA).deviceIndex(3))
        .hasMessageContaining("CUDA device 3 cannot be used")
        .hasMessageContaining(
            "expected a CUDA provider of ONNX Runtime on the class path, found none")
        .hasMessageContaining("onnxruntime_gpu");
    assertRefused(e -> e.device(Device.CPU).deviceIndex(1))
        .hasMessageContaining("execution.deviceIndex: expected 0");
  }

  @Test
  void whatAPrecisionCannotDoIsRefused() {
    assertRefused(e -> e.precision(Precision.BF16))
        .hasMessageContaining("expected F32 or F16 on the processor")
        .hasMessageContaining("found BF16");
    assertRefused(e -> e.precision(Precision.F16).quantization(Quantization.INT8))
        .hasMessageContaining("expected F32 with matrices in INT8, found F16");
    assertRefused(e -> e.precision(Precision.F16).gradients(GradientPath.TAPS))
        .hasMessageContaining("expected IN_GRAPH");
    SessionSettings half =
        SessionSettings.defaults()
            .with(ModelOptions.builder().execution(e -> e.precision(Precision.F16)).build());
    assertThat(half).isEqualTo(SessionSettings.defaults().withPrecision(Precision.F16));
    assertThat(half.gradients()).isEqualTo(GradientPath.IN_GRAPH);
  }

  @Test
  void memorySettingsReachTheProvider() {
    CudaOptions options =
        ExecutionTarget.builder()
            .cuda(cuda -> cuda.memoryMegabytes(6_000).arenaGrowth(ArenaGrowth.DOUBLING))
            .build()
            .cuda();
    assertThat(new CudaProvider(0, options).entries())
        .containsEntry("gpu_mem_limit", "6000000000")
        .containsEntry("arena_extend_strategy", "kNextPowerOfTwo")
        .containsEntry("use_tf32", "0");
    assertThat(new CudaProvider(0, CudaOptions.defaults()).entries())
        .doesNotContainKey("gpu_mem_limit")
        .containsEntry("arena_extend_strategy", "kSameAsRequested");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Consumer<ExecutionTarget.Builder> target) {
    ModelOptions options = ModelOptions.builder().execution(target).build();
    return assertThatThrownBy(() -> SessionSettings.defaults().with(options))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void theBundledModelRunsOnOneThread() {
    assertThat(BundledModel.sessionSettings())
        .isEqualTo(SessionSettings.defaults().withThreads(1).withPacking(WeightPacking.ALL));
  }
}
