package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Table TABLE =
      Table.builder("Accuracy | by data")
          .text("data")
          .number("accuracy", ValueFormat.percent())
          .column(Column.number("time", "s", ValueFormat.decimal(1)))
          .row("a, \"b\"", new Estimate(0.5, 0.25, 0.75), 1234.56)
          .row("c|d\ne", Double.NaN, -0.04)
          .build();

  @Test
  void csvHoldsNumbersAtFullPrecisionAndIntervalsInColumnsOfTheirOwn() {
    assertThat(TABLE.csv())
        .isEqualTo(
            """
            data,accuracy,accuracy low,accuracy high,time (s)
            "a, ""b""\",0.5,0.25,0.75,1234.56
            "c|d
            e",,,,-0.04
            """);
  }

  @Test
  void markdownIsForPeople() {
    assertThat(TABLE.markdown())
        .isEqualTo(
            """
            **Accuracy \\| by data**

            | data | accuracy | time (s) |
            | --- | ---: | ---: |
            | a, "b" | 50.0\u00A0% [25.0, 75.0] | 1,234.6 |
            | c\\|d<br>e | – | 0.0 |
            """);
  }

  @Test
  void htmlHasACaptionHeadingsAndNumbersToTheRight() {
    assertThat(TABLE.html())
        .contains(
            "<caption>", "scope=\"col\"", "scope=\"row\"", "<td class=\"number\">1,234.6</td>");
    PageParser.parse(TABLE.html());
  }

  @Property(tries = 50)
  void everyTextComesBackFromCsv(@ForAll List<String> texts) {
    Table.Builder table = Table.builder("t").text("a").text("b");
    texts.forEach(text -> table.row(text, "x"));

    List<List<String>> read = read(table.build().csv());

    assertThat(read.subList(1, read.size()).stream().map(row -> row.get(0)))
        .containsExactlyElementsOf(texts);
  }

  @Test
  void refusesRowsThatDoNotFit() {
    assertThatThrownBy(() -> Table.builder("T").text("a").row(1, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("\"T\"", "1 cells in row 0", "found 2");
    List<List<Cell>> rows = List.of(List.of(new Cell.Value(Estimate.exact(1))));
    assertThatThrownBy(() -> new Table("T", List.of(Column.text("a")), rows))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"a\"");
    assertThatThrownBy(() -> Table.builder("T").build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least one column");
  }

  /** Reads RFC 4180 character by character. */
  private static List<List<String>> read(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted) {
        if (c != '"') {
          field.append(c);
        } else if (i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
          field.append(csv.charAt(++i));
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',' || c == '\n') {
        row.add(field.toString());
        field.setLength(0);
        if (c == '\n') {
          rows.add(row);
          row = new ArrayList<>();
        }
      } else {
        field.append(c);
      }
    }
    return rows;
  }
}
