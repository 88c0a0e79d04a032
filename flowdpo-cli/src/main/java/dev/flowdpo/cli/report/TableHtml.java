package dev.flowdpo.cli.report;

import java.util.List;

/** Tables for the page. Stateless. */
final class TableHtml {
  private TableHtml() {}

  static void append(Html html, Table table) {
    html.open(
        "div",
        "class",
        "table-frame",
        "tabindex",
        0,
        "role",
        "region",
        "aria-label",
        table.title());
    html.open("table").open("caption").element("span", table.title()).close();
    html.open("thead").open("tr");
    for (Column column : table.columns()) {
      html.open("th", "scope", "col", "class", cssClass(column)).text(column.name());
      if (!column.unit().isEmpty()) {
        html.text(" ").element("span", column.unit(), "class", "unit");
      }
      html.close();
    }
    html.close().close().open("tbody");
    for (List<Cell> row : table.rows()) {
      html.open("tr");
      for (int c = 0; c < row.size(); c++) {
        cell(html, row.get(c), table.columns().get(c), c == 0);
      }
      html.close().line();
    }
    html.close().close().close().line();
  }

  private static void cell(Html html, Cell cell, Column column, boolean first) {
    boolean heads = first && cell instanceof Cell.Text;
    if (heads) {
      html.open("th", "scope", "row", "class", cssClass(column));
    } else {
      html.open("td", "class", cssClass(column));
    }
    if (cell instanceof Cell.Value value && value.estimate().hasInterval()) {
      ValueFormat format = column.format().orElseThrow();
      html.element("span", format.text(value.estimate().value()), "class", "value").text(" ");
      html.element("span", value.estimate().interval(format), "class", "interval");
    } else {
      html.text(TableText.shown(cell, column));
    }
    html.close();
  }

  private static String cssClass(Column column) {
    return column.format().isPresent() ? "number" : "text";
  }
}
