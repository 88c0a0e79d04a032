package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chat model without a chat template is told from a model that continues text. */
class MissingTemplateTest {
  private static final int TURN_END = 16;
  private static final int TEXT_END = 2;

  @TempDir Path root;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    String json =
        TestTokenizers.WORDS.replace(
            "\"three\": 14", "\"three\": 14, \"<|im_start|>\": 15, \"<|im_end|>\": 16");
    tokenizer = TestTokenizers.open(root, json);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectory(root.resolve(name));
  }

  private Optional<String> advice(Path folder, int end) {
    return MissingTemplate.advice(PromptSettings.read(folder), tokenizer, List.of(TEXT_END, end));
  }

  @Test
  void theTokenThatEndsTurnsTells() throws IOException {
    Path folder = folder("mine");
    assertThat(advice(folder, TURN_END))
        .contains(
            folder
                + ": expected a chat template, as the token <|im_end|>, which ends its texts, says"
                + " that it is a chat model, found none; questions are put as plain text, which"
                + " such a model answers badly. Save its template (ChatML, by its token"
                + " <|im_start|>) from the model's page as "
                + folder.resolve("chat_template.jinja")
                + ", or, if plain text is meant, put \"prompt\" into "
                + folder.resolve("flow.json"));
  }

  @Test
  void theNameTells() throws IOException {
    for (String name : List.of("SmolLM2-135M-Instruct", "gemma-3-270m-it", "llama-2-7b-chat-hf")) {
      assertThat(advice(folder(name), TEXT_END).orElseThrow())
          .contains("as its name says that it is a chat model");
    }
  }

  /** Base models have the tokens of their chat models, which end none of their texts. */
  @Test
  void modelsThatContinueTextAreLeftAlone() throws IOException {
    for (String name : List.of("SmolLM2-135M", "Qwen2.5-0.5B", "pirate-italian", "chatty")) {
      assertThat(advice(folder(name), TEXT_END)).as(name).isEmpty();
    }
  }

  @Test
  void aTemplateOrAPromptIsEnough() throws IOException {
    Path folder = folder("a-chat");
    assertThat(advice(folder, TURN_END)).isPresent();
    Files.writeString(folder.resolve("flow.json"), "{\"prompt\": \"Q: {question}\"}");
    assertThat(advice(folder, TURN_END)).isEmpty();
    Files.delete(folder.resolve("flow.json"));
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}");
    assertThat(advice(folder, TURN_END)).isEmpty();
  }
}
