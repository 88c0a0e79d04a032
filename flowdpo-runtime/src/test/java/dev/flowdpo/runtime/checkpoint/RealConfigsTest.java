package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.realdata.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of published models; skipped where the data folder is missing. */
class RealConfigsTest {
  @Test
  void readsSmolLm2() {
    ModelConfig config = ModelConfig.read(RealData.at("hf/SmolLM2-135M-Instruct/config.json"));
    assertThat(config.parameters()).isEqualTo(134_515_008);
    assertThat(config.queryWidth()).isEqualTo(576);
    assertThat(config.keyValueWidth()).isEqualTo(192);
    assertThat(config.ropeTheta()).isEqualTo(100_000);
    assertThat(config.tiedEmbeddings()).isTrue();
    assertThat(Checkpoint.expectedTensors(config)).hasSize(2 + 30 * 9);
  }

  @Test
  void readsLlama3() {
    ModelConfig config =
        ModelConfig.read(RealData.at("hf/Meta-Llama-3-8B-Instruct/config.transcribed.json"));
    assertThat(config.parameters()).isEqualTo(8_030_261_248L);
    assertThat(config.endOfSequenceIds()).isEqualTo(List.of(128009));
    assertThat(Checkpoint.expectedTensors(config)).containsKey("lm_head.weight");
  }

  /** The parameter counts that the models' publishers state. */
  @ParameterizedTest
  @CsvSource({
    "Llama-3.1-8B-Instruct/config.transcribed.json, LLAMA, 8030261248, 6144",
    "Qwen2.5-0.5B-Instruct/config.transcribed.json, QWEN2, 494032768, 1152",
    "from-onnx-diagnostic/Phi-3-mini-4k-instruct/config.json, PHI3, 3821079552, 9216",
    "from-onnx-diagnostic/Phi-3-mini-128k-instruct/config.json, PHI3, 3821079552, 9216",
    "from-onnx-diagnostic/Phi-3.5-mini-instruct/config.json, PHI3, 3821079552, 9216",
    "from-onnx-diagnostic/Phi-4-mini-reasoning/config.json, PHI3, 3836021760, 5120"
  })
  void hasThePublishedSize(
      String file, Architecture architecture, long parameters, int queryKeyValueWidth) {
    ModelConfig config = ModelConfig.read(RealData.at("hf/" + file));
    assertThat(config.architecture()).isEqualTo(architecture);
    assertThat(config.parameters()).isEqualTo(parameters);
    assertThat(config.queryWidth() + 2 * config.keyValueWidth()).isEqualTo(queryKeyValueWidth);
  }

  @Test
  void readsTheRotaryScalings() {
    ModelConfig llama =
        ModelConfig.read(RealData.at("hf/Llama-3.1-8B-Instruct/config.transcribed.json"));
    assertThat(llama.variant().rotary().scaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 8192));
    ModelConfig phi =
        ModelConfig.read(
            RealData.at("hf/from-onnx-diagnostic/Phi-3-mini-128k-instruct/config.json"));
    RopeScaling longRope = phi.variant().rotary().scaling();
    assertThat(longRope.attentionFactor(phi.maxPositions())).isCloseTo(1.190238, within(1e-6));
    double[] within = longRope.frequencies(10_000, 96, phi.maxPositions(), 4096);
    double[] beyond = longRope.frequencies(10_000, 96, phi.maxPositions(), 4097);
    assertThat(within[0]).isCloseTo(1 / 1.1, within(1e-12));
    assertThat(beyond[0]).isCloseTo(1 / 1.0700000524520874, within(1e-12));
    ModelConfig mini =
        ModelConfig.read(RealData.at("hf/from-onnx-diagnostic/Phi-4-mini-reasoning/config.json"));
    assertThat(mini.headSize()).isEqualTo(128);
    assertThat(mini.rotarySize()).isEqualTo(96);
    assertThat(mini.tiedEmbeddings()).isTrue();
  }

  @Test
  void readsWindows() {
    Path small = RealData.at("hf/from-onnx-diagnostic");
    ModelConfig phi = ModelConfig.read(small.resolve("Phi-3-mini-4k-instruct/config.json"));
    DecoderVariant.Window window = phi.variant().window().orElseThrow();
    assertThat(window.size()).isEqualTo(2047);
    assertThat(window.layers()).hasSize(32);
    // Stated, but not used.
    ModelConfig qwen = ModelConfig.read(small.resolve("tiny-dummy-qwen2/config.json"));
    assertThat(qwen.variant().window()).isEmpty();
    assertThat(qwen.variant().attentionInputBias()).isTrue();
    assertThat(qwen.variant().attentionOutputBias()).isFalse();
    ModelConfig mistral = ModelConfig.read(small.resolve("tiny-random-mistral/config.json"));
    assertThat(mistral.variant().window().orElseThrow().size()).isEqualTo(4096);
    assertThat(mistral.variant().activation()).isEqualTo(Activation.GELU);
  }

  /** Whatever lies in the folder loads, and comes back as it was written. */
  @Test
  void readsEveryConfiguration(@TempDir Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(RealData.at("hf"))) {
      files =
          all.filter(file -> file.getFileName().toString().matches("config(\\..*)?\\.json"))
              .toList();
    }
    assertThat(files).hasSizeGreaterThan(10);
    for (Path file : files) {
      ModelConfig config = ModelConfig.read(file);
      Path copy = Files.writeString(folder.resolve("config.json"), config.toJson());
      assertThat(ModelConfig.read(copy)).as("%s", file).isEqualTo(config);
    }
  }
}
