package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.value.FinishReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportEscapingPropertiesTest {
  private static final List<String> NASTY =
      List.of(
          "</script><script>alert(1)</script>",
          "<!--",
          "]]>",
          "<![CDATA[",
          "\"><img src=x onerror=alert(1)>",
          "' onclick='x",
          "</style>",
          "&#0;&lt;&amp;",
          "\u2028\u202E\uFEFF",
          "\0\u001B[31m",
          "\uD800",
          "\r\n\r",
          "`<b>` **<i>**");

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> any = Arbitraries.strings().ofMaxLength(40);
    return Arbitraries.oneOf(any, Arbitraries.of(NASTY))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 40)
  void noTextBreaksThePage(@ForAll("texts") String text) {
    Document plain = PageParser.parse(report("plain").html());
    Document page = PageParser.parse(report(text).html());

    assertThat(PageParser.all(page, "script")).hasSameSizeAs(PageParser.all(plain, "script"));
    assertThat(PageParser.all(page, "img")).isEmpty();
    int handlers = 0;
    for (Element element : PageParser.all(page, "*")) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        handlers += element.getAttributes().item(i).getNodeName().startsWith("on") ? 1 : 0;
      }
    }
    assertThat(handlers).as("attributes with code").isZero();
    String shown = allowed(text);
    assertThat(PageParser.texts(page, "figure")).containsOnly(shown);
    assertThat(PageParser.texts(page, "ask")).containsOnly(shown);
    assertThat(PageParser.texts(page, "category")).containsOnly(shown);
    assertThat(PageParser.texts(page, "branch").get(0)).contains(shown);
    assertThat(PageParser.all(page, "dd").get(0).getTextContent()).isEqualTo(shown);
    assertThat(PageParser.all(page, "pre").get(0).getTextContent()).isEqualTo("\n" + shown);
    assertThat(PageParser.all(page, "td").stream().map(Element::getTextContent)).contains(shown);
  }

  /** What a page may hold of a text, said in other words than the code's. */
  private static String allowed(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
      int c = text.codePointAt(i);
      boolean bad =
          switch (Character.getType(c)) {
            case Character.CONTROL -> "\t\n\r".indexOf(c) < 0;
            case Character.SURROGATE -> true;
            default -> (c % 0x10000) >= 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
          };
      out.appendCodePoint(bad ? 0xFFFD : c);
    }
    return out.toString();
  }

  private static Report report(String text) {
    String heading = "x" + text;
    ReportNode.Step step = new ReportNode.Step(text, 3, true, 0.5);
    ReportBranch branch =
        new ReportBranch(
            List.of(step),
            text,
            FinishReason.STOPPED,
            new ReportBranch.Outcome(
                true,
                false,
                0.25,
                text,
                Optional.of(text)
                    .filter(answer -> !answer.isEmpty())
                    .map(answer -> new ExtractedAnswer(answer, AnswerRule.BOX))));
    ReportPair pair = new ReportPair(AdapterRole.ANSWER, text, text, 1, 0, List.of(1), List.of(2));
    ReportNode node = new ReportNode(0, step, List.of(branch), List.of(branch), List.of(pair));
    ReportTree tree = new ReportTree(text, text, text, text, branch, List.of(node));
    double[] x = {1, 2};
    return Report.builder(heading)
        .subtitle(text)
        .tile(new Tile(text, text, text, text, Tone.GOOD))
        .section(
            heading,
            section ->
                section
                    .paragraph(text)
                    .heading(text)
                    .callout(Tone.BAD, text, text)
                    .table(Table.builder(text).text(heading).text(heading).row(text, text).build())
                    .definitions(text, Map.of(text, text))
                    .preformatted(text, text)
                    .chart(
                        LineChart.builder(text)
                            .note(text)
                            .x(Axis.count(text))
                            .y(Axis.share(text))
                            .series(Series.line(text, x, x))
                            .level(text, 0.5)
                            .build())
                    .chart(
                        BarChart.builder(text)
                            .categories(text)
                            .group(text, List.of(Estimate.exact(1)))
                            .build())
                    .winRates(
                        new WinRates(text, text, List.of(new WinRates.Row(text, text, 1, 0, 2))))
                    .trees(List.of(tree)))
        .build();
  }
}
