package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a model's chat template comes from, and what it sees. */
class ModelChatTemplateTest {
  private static final List<ChatMessage> CHAT =
      List.of(ChatMessage.system("s"), ChatMessage.user("u"), ChatMessage.assistant("a"));

  @TempDir Path root;

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(root.resolve("model"));
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String rendered() {
    return ModelChatTemplate.read(folder).orElseThrow().render(CHAT, true);
  }

  @Test
  void showsMessagesAndSpecialTokens() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"bos_token": "<s>", "eos_token": {"content": "</s>", "special": true}, "pad_token": null,
         "chat_template": "{{ bos_token }}{% for m in messages %}{{ m.role ~ '=' ~ m['content'] }};\
        {% endfor %}{{ eos_token }}{{ pad_token is defined }}{{ tools is none }}\
        {{ add_generation_prompt }}"}
        """);
    assertThat(rendered()).isEqualTo("<s>system=s;user=u;assistant=a;</s>FalseTrueTrue");
  }

  @Test
  void givesTheTemplateFurtherVariables() {
    ModelChatTemplate template =
        ModelChatTemplate.of("{{ bos_token }}{{ x.y[0] }}", Map.of("bos_token", "b"));
    assertThat(template.render(CHAT, false, Map.of("x", Map.of("y", List.of(7))))).isEqualTo("b7");
  }

  @Test
  void takesTheDefaultOfNamedTemplates() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "tool_use", "template": "tools"},
                           {"name": "default", "template": "plain"}]}
        """);
    assertThat(rendered()).isEqualTo("plain");
  }

  @Test
  void prefersFilesToTheConfiguration() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
    write("additional_chat_templates/rag.jinja", "rag");
    assertThat(rendered()).isEqualTo("config");
    write("chat_templates/default.jinja", "from folder");
    assertThat(rendered()).isEqualTo("from folder");
    write("chat_template.jinja", "from file\n");
    assertThat(rendered()).isEqualTo("from file");
  }

  @Test
  void hasNoTemplateWhereTheModelHasNone() throws IOException {
    assertThat(ModelChatTemplate.read(folder)).isEmpty();
    write("tokenizer_config.json", "{\"bos_token\": null, \"chat_template\": null}");
    assertThat(ModelChatTemplate.read(folder)).isEmpty();
  }

  @Test
  void refusesNamedTemplatesWithoutADefaultOne() throws IOException {
    write("additional_chat_templates/rag.jinja", "rag");
    assertThatThrownBy(() -> ModelChatTemplate.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "expected a chat template named \"default\" in tokenizer_config.json or a file of that"
                + " name, found only [rag]");
  }

  @Test
  void namesFileAndLineOfAnError() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"\\n{% if %}\"}");
    assertThatThrownBy(() -> ModelChatTemplate.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenizer_config.json: key \"chat_template\": line 2: expected");
    write("chat_template.jinja", "{{ raise_exception('no system turns') }}");
    assertThatThrownBy(this::rendered)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chat_template.jinja: line 1: the template refuses the messages")
        .hasMessageEndingWith("no system turns");
  }

  @Test
  void refusesWhatIsNoTemplate() throws IOException {
    for (String wrong :
        List.of("7", "{}", "[1]", "[{\"name\": \"a\"}]", "[{\"template\": \"a\", \"name\": 1}]")) {
      write("tokenizer_config.json", "{\"chat_template\": " + wrong + "}");
      assertThatThrownBy(() -> ModelChatTemplate.read(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokenizer_config.json: key \"chat_template\": expected");
    }
    write("tokenizer_config.json", "{\"bos_token\": 7}");
    assertThatThrownBy(() -> ModelChatTemplate.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key \"bos_token\": expected a string");
    write("tokenizer_config.json", "{}");
    Files.write(folder.resolve("chat_template.jinja"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> ModelChatTemplate.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chat_template.jinja: expected a template in UTF-8");
    Files.write(folder.resolve("chat_template.jinja"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> ModelChatTemplate.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a template of at most 1048576 bytes");
  }
}
