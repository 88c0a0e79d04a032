package dev.flowdpo.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.model.CudaOptions.ArenaGrowth;
import dev.flowdpo.model.Device;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.Precision;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DeviceOptionsTest {
  @Test
  void nothingGivenLeavesTheDeviceOpen() {
    assertThat(parsed()).isEqualTo(ExecutionTarget.auto());
    assertThat(parsed("--device", "auto")).isEqualTo(ExecutionTarget.auto());
  }

  @Test
  void aCardHasANumber() {
    assertThat(parsed("--device", "cuda")).isEqualTo(ExecutionTarget.cuda(0));
    assertThat(parsed("--device", "CUDA:3")).isEqualTo(ExecutionTarget.cuda(3));
    assertThat(parsed("--device", "cpu")).isEqualTo(ExecutionTarget.cpu());
  }

  @Test
  void everyOptionReachesTheTarget() {
    ExecutionTarget target =
        parsed(
            "--device=cuda:1",
            "--precision=bf16",
            "--cuda-memory=40000",
            "--cuda-arena=doubling",
            "--cuda-strict",
            "--cuda-library=libcuda_provider.so");
    assertThat(target.device()).isEqualTo(Device.CUDA);
    assertThat(target.precision()).contains(Precision.BF16);
    assertThat(target.cuda().memoryMegabytes()).hasValue(40_000);
    assertThat(target.cuda().arenaGrowth()).isEqualTo(ArenaGrowth.DOUBLING);
    assertThat(target.cuda().strict()).isTrue();
    assertThat(target.cuda().library()).contains(Path.of("libcuda_provider.so"));
  }

  @Test
  void anUnknownDeviceIsRefused() {
    assertThatThrownBy(() -> parsed("--device", "cuda:x"))
        .hasMessageContaining("expected auto, cpu, cuda or cuda:N")
        .hasMessageContaining("cuda:x");
  }

  private static ExecutionTarget parsed(String... arguments) {
    DeviceOptions options = new DeviceOptions();
    new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("device", mixin(options)))
        .parseArgs(arguments);
    ExecutionTarget.Builder builder = ExecutionTarget.builder();
    options.applyTo(builder);
    return builder.build();
  }

  private static CommandLine.Model.CommandSpec mixin(DeviceOptions options) {
    return CommandLine.Model.CommandSpec.forAnnotatedObject(options);
  }
}
