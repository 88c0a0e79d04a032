package dev.flowdpo.chattemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.chattemplate.RenderingFixtures.Expectation;
import dev.flowdpo.realdata.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates render as Jinja2 renders them in Hugging Face's settings. */
class JinjaTemplateTest {
  static List<Expectation> own() throws IOException {
    return RenderingFixtures.read("expected_own.json");
  }

  static List<Expectation> snippets() throws IOException {
    return RenderingFixtures.read("expected_snippets.json");
  }

  static List<Expectation> published() throws IOException {
    return RenderingFixtures.read("expected_real.json");
  }

  private static void check(String source, Map<String, Object> variables, Expectation expected) {
    if (expected.text() == null) {
      assertThatThrownBy(
              () ->
                  JinjaTemplate.parse(source)
                      .render(variables, () -> RenderingFixtures.NOW, OptionalLong.empty()))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageStartingWith("line ");
    } else {
      assertThat(
              JinjaTemplate.parse(source)
                  .render(variables, () -> RenderingFixtures.NOW, OptionalLong.empty()))
          .isEqualTo(expected.text());
    }
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void rendersExpressionsAndTags(Expectation expected) throws IOException {
    check(expected.template(), RenderingFixtures.snippetVariables(), expected);
  }

  @ParameterizedTest
  @MethodSource("own")
  void rendersChats(Expectation expected) throws IOException {
    String source = RenderingFixtures.text("own/" + expected.template());
    check(source, RenderingFixtures.conversation(expected.conversation()), expected);
  }

  @ParameterizedTest
  @MethodSource("published")
  void rendersChatsOfPublishedModels(Expectation expected) throws IOException {
    Path file = RealData.at(expected.template());
    String source = Files.readString(file);
    if (file.toString().endsWith(".json")) {
      source = new ObjectMapper().readTree(source).get("chat_template").textValue();
    }
    check(source, RenderingFixtures.conversation(expected.conversation()), expected);
  }

  @Test
  void namesTheLineOfAnError() {
    assertThatThrownBy(() -> JinjaTemplate.parse("a\n{% if x %}\n{{ y"))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("line 3: expected the end of the tag");
    JinjaTemplate template = JinjaTemplate.parse("a\n\n{{ 1 + '2' }}");
    assertThatThrownBy(
            () -> template.render(Map.of(), () -> RenderingFixtures.NOW, OptionalLong.empty()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("line 3: expected values that + can join, found a number and a string");
  }
}
