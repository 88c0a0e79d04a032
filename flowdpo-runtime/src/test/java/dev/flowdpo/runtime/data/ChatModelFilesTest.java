package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows from elsewhere for a chat model, which has two ends of sequence and wants no begin. */
class ChatModelFilesTest {
  private static final String TURNS =
      "{% for m in messages %}{{ m.role + ': ' + m.content + '<|end|>\\n' }}{% endfor %}"
          + "{% if add_generation_prompt %}assistant:{% endif %}";

  @TempDir Path folder;
  private Tokenizer tokenizer;
  private ModelTokens tokens;

  @BeforeEach
  void open() throws IOException {
    Path bundled = BundledModel.folder();
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(bundled.resolve("config.json"))
            .replace("\"bos_token_id\" : null", "\"bos_token_id\" : 7")
            .replace("\"eos_token_id\" : 0", "\"eos_token_id\" : [9, 0]"));
    Files.copy(bundled.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        new ObjectMapper()
            .writeValueAsString(
                Map.of("bos_token", "\u0107", "add_bos_token", false, "chat_template", TURNS)));
    ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
    tokenizer = HuggingFaceTokenizers.open(folder.resolve("tokenizer.json"));
    tokens =
        new ModelTokens(
            tokenizer, Prompts.read(folder, tokenizer, config, Clock.systemUTC()), config);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private PreferencePair pair(String row) throws IOException {
    return PreferenceFile.of(Files.writeString(folder.resolve("in.jsonl"), row), tokens)
        .readAll()
        .get(0);
  }

  private static String message(String role, String content) {
    return "{\"role\": \"%s\", \"content\": \"%s\"}".formatted(role, content);
  }

  @Test
  void conversationsWithASystemAndEarlierTurnsAreRead() throws IOException {
    String before =
        String.join(
            ", ",
            message("system", "Be brief"),
            message("user", "1 + 1?"),
            message("assistant", "2"),
            message("user", "And 1 more?"));
    String three = message("assistant", " 3");
    String four = message("assistant", " 4");
    PreferencePair apart =
        pair(
            "{\"prompt\": [%s], \"chosen\": [%s], \"rejected\": [%s]}"
                .formatted(before, three, four));
    PreferencePair whole =
        pair(
            "{\"chosen\": [%s, %s], \"rejected\": [%s, %s]}"
                .formatted(before, three, before, four));

    assertThat(tokens.promptText(apart.prompt()))
        .isEqualTo(
            "system: Be brief<|end|>\nuser: 1 + 1?<|end|>\nassistant: 2<|end|>\n"
                + "user: And 1 more?<|end|>\nassistant:");
    assertThat(whole).isEqualTo(apart);
    assertThat(tokens.promptText(apart.chosen().tokens()))
        .as("ends with the end of a turn, and without what the template writes behind it")
        .isEqualTo(" 3<|end|>");
  }

  @Test
  void textsGetNoBeginThatTheFolderDoesNotWant() throws IOException {
    PreferencePair pair = pair("{\"prompt\": \"Q:\", \"chosen\": \" 1\", \"rejected\": \" 2\"}");
    assertThat(pair.prompt().toArray()).isEqualTo(tokenizer.encode("Q:"));
    assertThat(tokens.promptText(pair.rejected().tokens())).isEqualTo(" 2<|end|>");
  }

  @Test
  void theLastReplyOfAConversationIsLearned() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sft.jsonl"),
            "{\"messages\": [%s, %s, %s]}"
                .formatted(
                    message("system", "Be brief"),
                    message("user", "1 + 1?"),
                    message("assistant", " 2\\n")));
    SupervisedExample example = MessagesFile.of(file, tokens).readAll().get(0);
    assertThat(tokens.promptText(example.prompt()))
        .isEqualTo("system: Be brief<|end|>\nuser: 1 + 1?<|end|>\nassistant:");
    assertThat(tokens.promptText(example.completion())).isEqualTo(" 2\n<|end|>");
  }
}
