package dev.flowdpo.chattemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template that anybody may have published neither runs for ever nor reaches anything. */
class HostileTemplateTest {
  private static String render(String source) {
    Map<String, Object> variables = Map.of("messages", List.of(Map.of("role", "user")), "s", "ab");
    return JinjaTemplate.parse(source)
        .render(variables, () -> RenderingFixtures.NOW, OptionalLong.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100001) %}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}",
        "{{ 10 ** 100000 }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}"
            + "{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}"
            + "{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(64) %}"
            + "{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}"
            + "{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}"
            + "{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ {}[ns.l] }}{{ ns.l in {} }}",
        "{{ 'x' | indent(2000000000) }}",
        "{{ {} | tojson(indent=2000000000) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ ('a' * 3000000).find('a' * 1000000 + 'b') }}",
        "{% set l = range(99999) | list %}{% for i in range(90000) %}{{ l | sort }}{% endfor %}",
        "{% for i in range(99999) %}{{ ('é' * 9999)[5] }}{% endfor %}",
      })
  void endsWhatRunsForEverOrGrows(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(ChatTemplateException.class);
  }

  /** Each does as much as it can for one step, or did before its work was counted. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 1.1234567890123e-300 }}",
        "{{ '%.300f' % 1e-300 }}",
        "{{ 3 ** 2000 }}",
        "{% set x = ('9' * 390) | int %}",
        "{% set x = 1.1 | round(300) %}",
        "{% set x = 1e300 | int %}",
        "{{ strftime_now('%A %B %d %H:%M:%S') }}",
        "{% set x = text.islower() %}",
        "{% set x = text | upper %}",
        "{% set x = text.title() %}",
        "{% set x = text.split() %}",
        "{% set x = text.rsplit() %}",
        "{% set x = text.rfind('b' + 'a' * 100) %}",
        "{% set x = text.removesuffix('a') %}",
        "{% set x = text | tojson(ensure_ascii=true) %}",
        "{% set x = [1, 2, 3] | tojson(separators=[text, text]) %}",
      })
  void countsWhatTakesLong(String statement) {
    String source =
        "{% set text = 'é ' * 2000 %}{% for i in range(300) %}{% for j in range(30) %}"
            + statement
            + "{% endfor %}{% endfor %}";
    assertThatThrownBy(() -> render(source))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("ChatTemplate.Builder.maxSteps");
  }

  @Test
  void whatIsTrustedMayTakeMore() {
    String source =
        "{% for i in range(300) %}{% for j in range(300) %}{{ i }}{% endfor %}{% endfor %}";
    assertThatThrownBy(() -> ChatTemplate.parse(source).render(List.of(), true))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("ChatTemplate.Builder.maxSteps");
    assertThat(ChatTemplate.builder(source).maxSteps(1_000_000).build().render(List.of(), true))
        .hasSize(300 * (10 + 2 * 90 + 3 * 200));
    assertThatThrownBy(() -> ChatTemplate.builder(source).maxSteps(0))
        .isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\t"})
  void refusesATemplateWithoutText(String source) {
    assertThatThrownBy(() -> ChatTemplate.parse(source))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("no text");
  }

  @Test
  void refusesMessagesThatHoldThemselves() {
    ChatTemplate template = ChatTemplate.parse("{{ messages }}");
    Map<String, Object> cycle = new HashMap<>();
    cycle.put("content", List.of(cycle));
    List<Object> wide = List.of("a");
    for (int i = 0; i < 40; i++) {
      wide = List.of(wide, wide);
    }
    for (Map<String, Object> message : List.of(cycle, Map.<String, Object>of("content", wide))) {
      assertThatThrownBy(() -> template.render(List.of(message), true))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageContaining("holds itself");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% from 'x' import y %}",
        "{% extends '../../x' %}",
        "{{ s.getClass() }}",
        "{{ s.class.forName('java.lang.Runtime') }}",
        "{{ messages.getClass().getName() }}",
        "{{ messages[0].getClass() }}",
        "{{ messages.stream() }}",
        "{{ messages.clear() }}",
        "{{ messages[0].put('a', 'b') }}",
        "{{ s.__class__.__base__.__subclasses__() }}",
        "{{ raise_exception.__globals__['os'] }}",
        "{{ range.getClass() }}",
        "{{ namespace().__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(s) }}",
        "{{ s | attr('getClass')() }}",
        "{{ ____int3rpr3t3r____.getContext() }}",
        "{{ lipsum.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{% set messages.x = 1 %}",
      })
  void reachesNeitherFilesNorJava(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(ChatTemplateException.class);
  }

  @Test
  void takesWhatMessagesSayAsText() {
    String hostile = "{{ 1 }}{% for %}";
    Map<String, Object> variables = Map.of("messages", List.of(Map.of("content", hostile)));
    JinjaTemplate template = JinjaTemplate.parse("{{ messages[0].content }}");
    assertThat(template.render(variables, () -> RenderingFixtures.NOW, OptionalLong.empty()))
        .isEqualTo(hostile);
  }

  @Test
  void refusesWhatNestsTooDeeply() {
    for (String nested :
        List.of(
            "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}",
            "{{ " + "[".repeat(20_000) + "]".repeat(20_000) + " }}",
            "{{ " + "- ".repeat(20_000) + "1 }}",
            "{{ " + "not ".repeat(20_000) + "1 }}",
            "{% if 1 %}".repeat(20_000) + "{% endif %}".repeat(20_000),
            "{% if 0 %}" + "{% elif 0 %}".repeat(20_000) + "{% endif %}",
            "{{ 1" + " + 1".repeat(200_000) + " }}",
            "{{ s" + ".x".repeat(200_000) + " }}",
            "{{ " + "1".repeat(20_000) + " }}",
            "{{ '" + "\\x41".repeat(300_000) + "' }}")) {
      assertThatThrownBy(() -> render(nested)).isInstanceOf(ChatTemplateException.class);
    }
  }

  @Provide
  Arbitrary<String> scrambled() {
    return Arbitraries.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "-",
            " for ",
            " in ",
            " if ",
            " else ",
            " endfor ",
            " endif ",
            " set ",
            " macro ",
            " endmacro ",
            "x",
            "messages",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "'",
            "\"",
            "\\",
            "|",
            "upper",
            ".",
            ",",
            ":",
            "1",
            "=",
            "==",
            "~",
            "\n",
            " raw ",
            " endraw ",
            "é",
            " is ",
            "not",
            "**",
            "%",
            "+",
            " generation ",
            " endgeneration ")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 3000)
  void answersOrRefusesAnything(@ForAll("scrambled") String source) {
    try {
      assertThat(render(source)).isNotNull();
    } catch (ChatTemplateException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }
}
