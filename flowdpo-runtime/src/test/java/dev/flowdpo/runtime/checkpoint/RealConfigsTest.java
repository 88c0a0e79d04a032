package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flowdpo.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of published models; skipped where the data folder is missing. */
class RealConfigsTest {
  private static final Path MODELS =
      Path.of(System.getProperty("flowdpo.data", "../../shared/data"), "hf");

  @BeforeEach
  void needsTheData() {
    assumeTrue(Files.isDirectory(MODELS), () -> "no model configurations in " + MODELS);
  }

  @Test
  void readsSmolLm2() {
    ModelConfig config = ModelConfig.read(MODELS.resolve("SmolLM2-135M-Instruct/config.json"));
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
        ModelConfig.read(MODELS.resolve("Meta-Llama-3-8B-Instruct/config.transcribed.json"));
    assertThat(config.parameters()).isEqualTo(8_030_261_248L);
    assertThat(config.endOfSequenceIds()).isEqualTo(List.of(128009));
    assertThat(Checkpoint.expectedTensors(config)).containsKey("lm_head.weight");
  }

  @ParameterizedTest
  @CsvSource({"arnir0-Tiny-LLM", "tiny-random-LlamaForCausalLM", "tiny-llama-fast-tokenizer"})
  void readsSmallLlamas(String name) {
    Path file = MODELS.resolve("from-onnx-diagnostic").resolve(name).resolve("config.json");
    assertThat(ModelConfig.read(file).architecture()).isEqualTo(ModelConfig.LLAMA);
  }

  @ParameterizedTest
  @CsvSource({
    "Llama-3.1-8B-Instruct/config.transcribed.json, rope_scaling",
    "Qwen2.5-0.5B-Instruct/config.transcribed.json, architectures",
    "from-onnx-diagnostic/Phi-3-mini-4k-instruct/config.json, architectures",
    "from-onnx-diagnostic/Phi-3-mini-128k-instruct/config.json, architectures",
    "from-onnx-diagnostic/Phi-3.5-mini-instruct/config.json, architectures",
    "from-onnx-diagnostic/Phi-4-mini-reasoning/config.json, architectures",
    "from-onnx-diagnostic/tiny-random-mistral/config.json, architectures",
    "from-onnx-diagnostic/tiny-dummy-qwen2/config.json, architectures"
  })
  void refusesWhatIsNotSupported(String file, String key) {
    assertThatThrownBy(() -> ModelConfig.read(MODELS.resolve(file)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key \"" + key + "\"")
        .hasMessageContaining("supported is the Llama architecture");
  }
}
