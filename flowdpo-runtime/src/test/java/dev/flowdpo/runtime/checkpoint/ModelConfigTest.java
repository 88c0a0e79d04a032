package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading, refusing and writing {@code config.json}. */
class ModelConfigTest {
  private static final String MINIMAL =
      """
      {"architectures": ["LlamaForCausalLM"], "vocab_size": 100, "hidden_size": 32,
       "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64 }
      """;

  @TempDir Path folder;

  private ModelConfig read(String json) throws IOException {
    return ModelConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  private static String with(String key, String value) {
    String without = MINIMAL.replaceAll("\"" + key + "\": [^,}]*,?", "").replace(", }", "}");
    return without.replaceFirst("\\{", "{\"" + key + "\": " + value + ", ");
  }

  @Test
  void takesTheDefaultsOfTheArchitecture() throws IOException {
    assertThat(read(MINIMAL))
        .isEqualTo(
            new ModelConfig(
                Architecture.LLAMA,
                100,
                32,
                2,
                4,
                4,
                8,
                64,
                10_000,
                1e-6,
                2048,
                false,
                List.of(2),
                OptionalInt.of(1)));
  }

  @Test
  void readsEveryKey() throws IOException {
    ModelConfig config =
        read(
            """
            {"architectures": ["LlamaForCausalLM"], "vocab_size": 100, "hidden_size": 32,
             "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
             "num_key_value_heads": 2, "head_dim": 16, "rope_theta": 5e5, "rms_norm_eps": 1e-5,
             "max_position_embeddings": 512, "tie_word_embeddings": true,
             "bos_token_id": null, "eos_token_id": [7, 9], "rope_scaling": null,
             "attention_bias": false, "mlp_bias": false, "hidden_act": "silu", "other": {}}
            """);
    assertThat(config)
        .isEqualTo(
            new ModelConfig(
                Architecture.LLAMA,
                100,
                32,
                2,
                4,
                2,
                16,
                64,
                5e5,
                1e-5,
                512,
                true,
                List.of(7, 9),
                OptionalInt.empty()));
    assertThat(config.queryWidth()).isEqualTo(64);
    assertThat(config.keyValueWidth()).isEqualTo(32);
    long layer = 32 * 64 + 2 * 32 * 32 + 64 * 32 + 3 * 32 * 64 + 2 * 32;
    assertThat(config.parameters()).isEqualTo(100 * 32 + 2 * layer + 32);
  }

  @Test
  void readsNullIdsAsNone() throws IOException {
    assertThat(read(with("eos_token_id", "null")).endOfSequenceIds()).isEmpty();
    assertThat(read(with("bos_token_id", "null")).beginOfSequenceId()).isEmpty();
  }

  @Test
  void readsPlainRopeInItsNewerForms() throws IOException {
    assertThat(
            read(with("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 7}"))
                .ropeTheta())
        .isEqualTo(7);
    assertThat(read(with("rope_scaling", "{\"type\": \"default\"}")).ropeTheta()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "architectures | [\"MixtralForCausalLM\"] | found [\"MixtralForCausalLM\"]",
        "architectures | [\"Gemma3ForConditionalGeneration\"] | Gemma2ForCausalLM, Gemma3ForCausalLM",
        "architectures | \"LlamaForCausalLM\" | a list with one of LlamaForCausalLM",
        "architectures | [] | found []",
        "hidden_act | \"relu\" | expected \"silu\", \"swish\", \"gelu\", \"gelu_pytorch_tanh\"",
        "hidden_act | 7 | expected a string, found 7",
        "attention_bias | \"yes\" | expected true or false",
        "mlp_bias | 1 | expected true or false, found 1",
        "rope_interleaved | true | expected false",
        "rope_scaling | {\"rope_type\": \"llama3\", \"factor\": 8} | rope_scaling.low_freq_factor",
        "rope_scaling | {\"type\": \"linear\"} | rope_scaling.factor\": expected a positive number",
        "rope_scaling | {\"type\": \"linear\", \"factor\": 0.5} | a number of at least 1, found 0.5",
        "rope_scaling | {\"type\": \"yarn\", \"factor\": 4} | \"llama3\" or \"longrope\", found",
        "rope_scaling | {\"type\": \"longrope\", \"factor\": 4} | rope_scaling.short_factor",
        "rope_scaling | {\"factor\": 4} | expected null",
        "rope_scaling | 2 | expected null",
        "rope_parameters | {\"rope_type\": \"yarn\"} | expected null",
        "rope_parameters | {\"rope_type\": \"default\", \"rope_theta\": \"x\"} | a positive number",
        "rope_parameters | {\"rope_type\": \"default\", \"rope_theta\": 0} | rope theta",
        "quantization_config | {\"quant_method\": \"gptq\"} | expected no such key",
        "sliding_window | 4096 | LlamaForCausalLM has no window",
        "num_local_experts | 8 | mixtures of experts",
        "vision_config | {} | expected no such key: not supported",
        "layer_types | [\"full_attention\", \"linear_attention\"] | sliding_attention",
        "partial_rotary_factor | 0.5 | LlamaForCausalLM rotates whole heads",
        "vocab_size | 0 | expected a whole number from 1 to 2147483647, found 0",
        "vocab_size | 1.5 | found 1.5",
        "vocab_size | \"100\" | found \"100\"",
        "vocab_size | 99999999999 | found 99999999999",
        "vocab_size | null | found no such key",
        "hidden_size | 33 | expected a multiple of num_attention_heads 4",
        "hidden_size | -1 | found -1",
        "num_hidden_layers | 10001 | number of layers: expected at most 10000, found 10001",
        "num_attention_heads | 0 | found 0",
        "num_key_value_heads | 3 | expected a divisor of 4",
        "num_key_value_heads | 8 | expected a divisor of 4",
        "head_dim | 7 | head size: expected an even number, found 7",
        "head_dim | 1000000000 | attention heads times head size",
        "intermediate_size | 0 | found 0",
        "rope_theta | 0 | rope theta: expected a positive number",
        "rope_theta | 1e999 | expected a finite number",
        "rms_norm_eps | 0 | norm epsilon: expected a positive number",
        "rms_norm_eps | -1 | expected a finite number of at least 0",
        "max_position_embeddings | 0 | found 0",
        "tie_word_embeddings | \"no\" | expected true or false",
        "eos_token_id | 100 | expected a token id below the vocabulary size 100, found 100",
        "eos_token_id | [2, -1] | end-of-sequence id",
        "eos_token_id | [2, \"3\"] | expected a token id or a list of token ids",
        "eos_token_id | \"2\" | expected a token id or a list of token ids",
        "bos_token_id | 100 | begin-of-sequence id",
        "bos_token_id | -1 | found -1",
        "vocab_size | 1, \"vocab_size\": 2 | Duplicate field 'vocab_size'",
      })
  void refuses(String key, String value, String message) {
    assertThatThrownBy(() -> read(with(key, value)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size"
  })
  void namesTheKeyThatIsMissing(String key) {
    assertThatThrownBy(
            () ->
                read(
                    MINIMAL
                        .replaceAll("\"" + key + "\": [^,}]*,?", "\"x" + key + "\": 1,")
                        .replace(",}", "}")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key \"" + key + "\": expected")
        .hasMessageContaining("found no such key");
  }

  @Test
  void namesTheSupportedArchitectures() {
    assertThatThrownBy(() -> Architecture.named("MixtralForCausalLM"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM")
        .hasMessageContaining(
            "Gemma3ForCausalLM, GraniteForCausalLM, Olmo2ForCausalLM, found Mixtral");
    assertThat(Architecture.named("Phi3ForCausalLM")).isEqualTo(Architecture.PHI3);
    assertThat(Architecture.find("gemma3_text")).contains(Architecture.GEMMA3);
    assertThat(Architecture.find("gemma3")).contains(Architecture.GEMMA3);
    assertThat(Architecture.find("mixtral")).isEmpty();
  }

  @Test
  void writesWhatItReads() throws IOException {
    for (ModelConfig config :
        List.of(TestModels.config(3, true), TestModels.config(1, false), read(MINIMAL))) {
      assertThat(read(config.toJson())).isEqualTo(config);
    }
    ModelConfig without = read(with("bos_token_id", "null, \"eos_token_id\": [5, 6]"));
    assertThat(read(without.toJson())).isEqualTo(without);
    ModelConfig none = read(with("bos_token_id", "null, \"eos_token_id\": null"));
    assertThat(read(none.toJson())).isEqualTo(none);
  }
}
