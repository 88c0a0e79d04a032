package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessagesFileTest {
  private static final ModelTokens TOKENS = BundledTokens.TOKENS;

  @TempDir Path folder;

  private MessagesFile file(String content) throws IOException {
    return MessagesFile.of(Files.writeString(folder.resolve("sft.jsonl"), content), TOKENS);
  }

  @Test
  void rowsAreConversationsWithProvenance() throws IOException {
    Path path = folder.resolve("sft.jsonl");
    MessagesFile file = MessagesFile.of(path, TOKENS);
    SupervisedExample example =
        new SupervisedExample(
            "7",
            List.of(),
            "3 + 4?",
            "7",
            TOKENS.question("3 + 4?"),
            TOKENS.completion("7"),
            "flow",
            1);
    try (MessagesFile.Writer writer = file.create()) {
      writer.write(List.of(example));
    }
    assertThat(Files.readString(path))
        .startsWith(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"3 + 4?\"},"
                + "{\"role\":\"assistant\",\"content\":\"7\"}],\"problem_id\":\"7\",\"prompt_ids\":[")
        .endsWith("],\"source\":\"flow\",\"reward\":1.0}\n");
    assertThat(file.readAll()).containsExactly(example);
  }

  @Test
  void messagesFromElsewhereAreEncodedAsTheModelReadsThem() throws IOException {
    SupervisedExample example =
        file("{\"messages\": [{\"role\": \"user\", \"content\": \"3 + 4?\"},"
                + " {\"role\": \"assistant\", \"content\": \"7\"}]}")
            .readAll()
            .get(0);
    assertThat(example)
        .isEqualTo(
            new SupervisedExample(
                Problem.of("3 + 4?").id(),
                List.of(),
                "3 + 4?",
                "7",
                TOKENS.question("3 + 4?"),
                TOKENS.completion("7"),
                "",
                1));
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    String user = "{\"role\": \"user\", \"content\": \"3 + 4?\"}";
    String assistant = "{\"role\": \"assistant\", \"content\": \"7\"}";
    check("{\"text\": \"3 + 4 = 7\"}", "line 1: key \"messages\": expected a list of messages");
    check("{\"messages\": \"hi\"}", "line 1: key \"messages\": expected a list of messages");
    check("{\"messages\": [%s]}".formatted(user), "found [user]");
    check(
        "{\"messages\": [%s, %s, %s, %s]}".formatted(user, assistant, user, assistant),
        "the model has no chat template and so no place for a conversation, found 2 messages");
    check(
        "{\"messages\": [%s, %s, %s]}".formatted(user, assistant, user),
        "that ends with user, assistant, found [user, assistant, user]");
    check(
        "{\"messages\": [%s, %s]}".formatted(user.replace("user", "tool"), assistant),
        "of the roles system, user and assistant, found the role \"tool\"");
    check(
        "{\"messages\": [%s, %s]}".formatted(user.replace("3 + 4?", " "), assistant),
        "expected a question as content of the user's message, found a blank one");
    check(
        "{\"messages\": [%s, %s], \"prompt_ids\": [1]}".formatted(user, assistant),
        "key \"completion_ids\": expected an array of token ids");
    check(
        "{\"messages\": [%s, %s], \"prompt_ids\": [], \"completion_ids\": [3]}"
            .formatted(user, assistant),
        "expected a prompt and a completion of at least one token, found 0 and 1");
    check(
        "{\"messages\": [%s, %s], \"reward\": \"good\"}".formatted(user, assistant),
        "key \"reward\": expected a finite number, found \"good\"");
    check("", "found an empty file");
  }

  private void check(String content, String message) throws IOException {
    MessagesFile file = file(content);
    assertThatThrownBy(file::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve("sft.jsonl").toString())
        .hasMessageContaining(message);
  }
}
