package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that other tools need beside what FlowDPO reads. */
class TransformersFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private void bundled(String... files) throws IOException {
    for (String file : files) {
      Files.copy(BundledModel.folder().resolve(file), folder.resolve(file));
    }
  }

  private JsonNode json(String file) throws IOException {
    return JSON.readTree(folder.resolve(file).toFile());
  }

  @Test
  void theBundledModelHasThem() throws IOException {
    bundled("config.json", "flow.json", "tokenizer.json");
    TransformersFiles.complete(folder);
    for (String file : List.of("tokenizer_config.json", "generation_config.json")) {
      assertThat(folder.resolve(file)).hasSameTextualContentAs(BundledModel.folder().resolve(file));
    }
    JsonNode tokenizer = json("tokenizer_config.json");
    assertThat(tokenizer.path("tokenizer_class").asText()).isEqualTo("PreTrainedTokenizerFast");
    assertThat(tokenizer.path("eos_token").asText()).isEqualTo("<|end|>");
    assertThat(tokenizer.path("pad_token").asText()).isEqualTo("<|end|>");
    assertThat(json("generation_config.json").path("eos_token_id").asInt(-1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Question: {question}\nSolution:\n",
        "{question}",
        "{question}\n",
        "It's \\n \"{question}\"\t{% raw %} {{ x }} é😀{question}!",
      })
  void theChatTemplateMakesTheModelsPrompt(String prompt) throws IOException {
    bundled("config.json", "tokenizer.json");
    Files.writeString(
        folder.resolve("flow.json"), JSON.writeValueAsString(Map.of("prompt", prompt)));
    TransformersFiles.complete(folder);
    ModelChatTemplate template = ModelChatTemplate.read(folder).orElseThrow();
    String question = "What is 2 + 3?\n";
    String text = prompt.replace("{question}", question);

    assertThat(template.render(List.of(ChatMessage.user(question)), true)).isEqualTo(text);
    assertThat(
            template.render(
                List.of(ChatMessage.user(question), ChatMessage.assistant("2+3=5\n#### 5")), false))
        .isEqualTo(text + "2+3=5\n#### 5<|end|>");
  }

  @Test
  void theFolderGivesTheSamePromptsAsBefore() throws IOException {
    bundled("config.json", "tokenizer.json", "flow.json");
    assertSamePrompt();
    Files.delete(folder.resolve("flow.json"));
    Files.delete(folder.resolve("tokenizer_config.json"));
    assertSamePrompt();
    assertThat(json("tokenizer_config.json").has("chat_template")).isFalse();
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(folder.resolve("config.json"))
            .replace("\"bos_token_id\" : null", "\"bos_token_id\" : 0"));
    assertSamePrompt();
    assertThat(json("tokenizer_config.json").path("bos_token").asText()).isEqualTo("<|end|>");
  }

  private void assertSamePrompt() {
    Problem problem = Problem.of("What is 2 + 3?");
    ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
    try (Tokenizer tokenizer = HuggingFaceTokenizers.open(folder.resolve("tokenizer.json"))) {
      int[] before =
          Prompts.read(folder, tokenizer, config, Clock.systemUTC()).questionPrompt(problem);
      TransformersFiles.complete(folder);
      int[] after =
          Prompts.read(folder, tokenizer, config, Clock.systemUTC()).questionPrompt(problem);
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void keepsWhatIsThere() throws IOException {
    bundled("config.json", "flow.json", "tokenizer.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"mine\": 1}");
    Files.writeString(folder.resolve("generation_config.json"), "{}");
    TransformersFiles.complete(folder);
    assertThat(folder.resolve("tokenizer_config.json")).hasContent("{\"mine\": 1}");
    assertThat(folder.resolve("generation_config.json")).hasContent("{}");
  }

  @Test
  void aFolderWithoutATokenizerGetsNoConfigurationOfOne() throws IOException {
    bundled("config.json");
    TransformersFiles.complete(folder);
    assertThat(folder.resolve("tokenizer_config.json")).doesNotExist();
    assertThat(folder.resolve("generation_config.json")).exists();
  }
}
