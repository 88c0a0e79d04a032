package dev.flowdpo.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.cli.CommandRun;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MakeModelCommandTest {
  @TempDir private Path folder;

  static Stream<String> architectures() {
    return Stream.of(Architecture.values()).map(Architecture::shortName);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void madeModelSolves(String architecture) {
    Path model = folder.resolve("model");
    CommandRun made =
        CommandRun.of(
            "make-model",
            "--architecture",
            architecture,
            "--hidden",
            32,
            "--layers",
            2,
            "--kv-heads",
            2,
            "--vocab",
            300,
            "--out",
            model,
            "--json");
    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(CommandRun.keys(made.json()))
        .containsExactly("architecture", "parameters", "dtype", "out");
    ModelConfig config = ModelConfig.read(model.resolve("config.json"));
    assertThat(made.json().get("parameters").asLong()).isEqualTo(config.parameters());
    assertThat(made.json().get("architecture").asText())
        .isEqualTo(config.architecture().className())
        .startsWithIgnoringCase(architecture);

    CommandRun solved = CommandRun.of("solve", "Ana has 5 pens.", "--model", model, "--json");

    assertThat(solved.exitCode()).as(solved.err()).isZero();
  }

  @Test
  void helpNamesEveryArchitecture() {
    String help = CommandRun.of("make-model", "--help").out();
    assertThat(help.replaceAll("\\s+", " "))
        .contains("One of " + architectures().collect(Collectors.joining(", ")) + ", or");
  }

  @Test
  void sameOptionsGiveTheSameBytes() throws IOException {
    byte[][] weights = new byte[3][];
    for (int i = 0; i < 3; i++) {
      Path model = folder.resolve("m" + i);
      CommandRun made =
          CommandRun.of(
              "make-model", "--out", model, "--seed", i / 2, "--dtype", "bf16", "--vocab", 5000);
      assertThat(made.exitCode()).as(made.err()).isZero();
      weights[i] = Files.readAllBytes(model.resolve("model.safetensors"));
      assertThat(Files.readString(model.resolve("flow.json"))).contains("Solution:");
    }
    assertThat(weights[1]).isEqualTo(weights[0]);
    assertThat(weights[2]).isNotEqualTo(weights[0]).hasSameSizeAs(weights[0]);
  }

  @Test
  void presetsHaveThePublishedSizes() {
    assertThat(RandomCheckpoint.smolLm2().parameters()).isEqualTo(134_515_008);
    assertThat(RandomCheckpoint.oneBillion().parameters()).isEqualTo(1_235_814_400);
  }

  @ParameterizedTest
  @CsvSource({
    "--architecture, mixtral, LlamaForCausalLM",
    "--preset, 7b, smollm2-135m or 1b",
    "--dtype, int8, 'f32, f16 or bf16'",
    "--vocab, 100, at least 257",
    "--hidden, 30, multiple of the 4 heads",
    "--kv-heads, 3, divisor of 4",
    "--layers, 0, num_hidden_layers"
  })
  void refusesBadSizes(String option, String value, String message) {
    CommandRun run = CommandRun.of("make-model", "--out", folder.resolve("bad"), option, value);

    run.assertRefused(message, value);
    assertThat(folder.resolve("bad")).doesNotExist();
  }
}
