package dev.flowdpo.chattemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a program that brings a template and messages gets. */
class ChatTemplateTest {
  private static final String CHAT =
      """
      {{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}
      {% if add_generation_prompt %}<assistant>{% endif %}""";

  private static final List<Map<String, String>> HELLO =
      List.of(Map.of("role", "user", "content", "Hello"));

  @Test
  void rendersMessagesWithSpecialTokens() {
    ChatTemplate template = ChatTemplate.builder(CHAT).specialToken("bos_token", "<s>").build();
    assertThat(template.render(HELLO, true)).isEqualTo("<s><user>Hello<assistant>");
    assertThat(template.render(HELLO, false)).isEqualTo("<s><user>Hello");
  }

  @Test
  void takesMessagesWithToolCallsAndContentParts() {
    ChatTemplate template =
        ChatTemplate.parse(
            "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}"
                + "({{ c.function.arguments | tojson }}){% endfor %}"
                + "{% for p in m.content or [] %}{{ p.type }}:{{ p.text }}{% endfor %}{% endfor %}");
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("city", "Zürich");
    arguments.put("days", 3);
    Map<String, Object> call = new HashMap<>();
    call.put("role", "assistant");
    call.put("content", null);
    call.put(
        "tool_calls",
        List.of(Map.of("function", Map.of("name", "weather", "arguments", arguments))));
    List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(
        Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", "Weather?"))));
    messages.add(call);
    assertThat(template.render(messages, true))
        .isEqualTo("text:Weather?weather({\"city\": \"Zürich\", \"days\": 3})");
  }

  @Test
  void givesFurtherVariablesButNotOverTheMessages() {
    ChatTemplate template =
        ChatTemplate.builder("{{ tools is none }} {{ t }} {{ eos_token }} {{ messages | length }}")
            .specialTokens(Map.of("eos_token", "</s>"))
            .build();
    assertThat(template.render(HELLO, false, Map.of("t", 1, "messages", List.of())))
        .isEqualTo("True 1 </s> 1");
    assertThat(template.render(HELLO, false, Map.of("tools", List.of(), "eos_token", "x")))
        .isEqualTo("False  x 1");
  }

  @Test
  void tellsTheTimeOfItsClockInTheClocksZone() {
    Instant noon = Instant.parse("2024-07-06T22:30:00Z");
    String source = "{{ strftime_now('%d %b %Y, %H:%M') }}";
    assertThat(rendered(source, Clock.fixed(noon, ZoneOffset.UTC))).isEqualTo("06 Jul 2024, 22:30");
    assertThat(rendered(source, Clock.fixed(noon, ZoneId.of("Asia/Tokyo"))))
        .isEqualTo("07 Jul 2024, 07:30");
  }

  private static String rendered(String source, Clock clock) {
    return ChatTemplate.builder(source).clock(clock).build().render(List.of(), false);
  }

  @Test
  void namesTheLineWhereATemplateRefusesTheMessages() {
    ChatTemplate template =
        ChatTemplate.parse("\n\n{{ raise_exception('no system message, please') }}");
    assertThatThrownBy(() -> template.render(HELLO, true))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("line 3: the template refuses the messages: no system message, please")
        .satisfies(e -> assertThat(((ChatTemplateException) e).line()).hasValue(3));
  }

  @Test
  void namesTheLineWhereATemplateIsMalformed() {
    assertThatThrownBy(() -> ChatTemplate.parse("a\n{{ b"))
        .isInstanceOf(ChatTemplateException.class)
        .satisfies(e -> assertThat(((ChatTemplateException) e).line()).hasValue(2));
    assertThatThrownBy(() -> ChatTemplate.parse("a".repeat(1 << 21)))
        .isInstanceOf(ChatTemplateException.class)
        .satisfies(e -> assertThat(((ChatTemplateException) e).line()).isEmpty());
  }

  @Test
  void refusesValuesThatAreNotOfJson() {
    assertThatThrownBy(
            () -> ChatTemplate.parse("x").render(HELLO, true, Map.of("o", new StringBuilder())))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("expected values as in JSON, found a java.lang.StringBuilder");
  }
}
