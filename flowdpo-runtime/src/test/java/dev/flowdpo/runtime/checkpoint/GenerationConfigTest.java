package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.SamplingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationConfigTest {
  private static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "vocab_size": 100, "hidden_size": 4,
       "intermediate_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
       "bos_token_id": 1, "eos_token_id": [2, 7]}
      """;

  @TempDir Path folder;

  private GenerationConfig read(String json) throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), json);
    return GenerationConfig.read(folder);
  }

  @Test
  void readsEndsAndSampling() throws IOException {
    GenerationConfig config =
        read(
            """
            {"_from_model_config": true, "bos_token_id": 1, "do_sample": true,
             "eos_token_id": [128001, 128009], "temperature": 0.6, "top_p": 0.9, "top_k": 20}
            """);
    assertThat(config.endOfSequenceIds()).containsExactly(128001, 128009);
    assertThat(config.sampling())
        .contains(SamplingOptions.builder().temperature(0.6).topK(20).topP(0.9).build());
  }

  @Test
  void knowsNothingWithoutAFile() {
    assertThat(GenerationConfig.read(folder).endOfSequenceIds()).isEmpty();
    assertThat(GenerationConfig.read(folder).sampling()).isEmpty();
  }

  @Test
  void addsItsEndsToThoseOfTheModel() throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), CONFIG);
    assertThat(ModelConfig.read(file).endOfSequenceIds()).isEqualTo(List.of(2, 7));
    read("{\"eos_token_id\": 9}");
    assertThat(ModelConfig.read(file).endOfSequenceIds()).isEqualTo(List.of(2, 7, 9));
    read("{\"eos_token_id\": [7, 8]}");
    assertThat(ModelConfig.read(file).endOfSequenceIds()).isEqualTo(List.of(2, 7, 8));
    read("{\"eos_token_id\": null}");
    assertThat(ModelConfig.read(file).endOfSequenceIds()).isEqualTo(List.of(2, 7));
  }

  @Test
  void refusesWhatIsOutOfRange() throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), CONFIG);
    read("{\"eos_token_id\": 100}");
    assertThatThrownBy(() -> ModelConfig.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("generation_config.json: key \"eos_token_id\"")
        .hasMessageEndingWith("expected ids below the vocabulary size 100, found 100");
    for (String wrong :
        List.of(
            "{\"eos_token_id\": -1}",
            "{\"eos_token_id\": \"x\"}",
            "{\"eos_token_id\": [1, 2.5]}",
            "{\"do_sample\": true, \"temperature\": -1}",
            "{\"do_sample\": true, \"top_p\": 1.5}",
            "{\"do_sample\": true, \"top_k\": -1}",
            "{\"do_sample\": 1}",
            "[]")) {
      assertThatThrownBy(() -> read(wrong))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("generation_config.json: ");
    }
  }
}
