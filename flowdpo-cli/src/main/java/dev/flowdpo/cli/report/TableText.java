package dev.flowdpo.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tables as text: CSV for programs, Markdown for people. Stateless. */
final class TableText {
  private TableText() {}

  static String csv(Table table) {
    List<Boolean> intervals = new ArrayList<>();
    List<String> headings = new ArrayList<>();
    for (int c = 0; c < table.columns().size(); c++) {
      String heading = table.columns().get(c).heading();
      boolean interval = hasIntervals(table, c);
      intervals.add(interval);
      headings.add(quoted(heading));
      if (interval) {
        headings.add(quoted(heading + " low"));
        headings.add(quoted(heading + " high"));
      }
    }
    StringBuilder out = new StringBuilder(String.join(",", headings)).append('\n');
    for (List<Cell> row : table.rows()) {
      List<String> fields = new ArrayList<>();
      for (int c = 0; c < row.size(); c++) {
        addFields(fields, row.get(c), intervals.get(c));
      }
      out.append(String.join(",", fields)).append('\n');
    }
    return out.toString();
  }

  static String markdown(Table table) {
    StringBuilder out = new StringBuilder();
    if (!table.title().isBlank()) {
      out.append("**").append(markdownText(table.title())).append("**\n\n");
    }
    out.append(
        table.columns().stream()
            .map(column -> markdownText(column.heading()))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
    out.append(
        table.columns().stream()
            .map(column -> column.format().isPresent() ? "---:" : "---")
            .collect(Collectors.joining(" | ", "| ", " |\n")));
    for (List<Cell> row : table.rows()) {
      List<String> cells = new ArrayList<>();
      for (int c = 0; c < row.size(); c++) {
        cells.add(markdownText(shown(row.get(c), table.columns().get(c))));
      }
      out.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }
    return out.toString();
  }

  static boolean hasIntervals(Table table, int column) {
    return table.rows().stream()
        .map(row -> row.get(column))
        .anyMatch(cell -> cell instanceof Cell.Value value && value.estimate().hasInterval());
  }

  /** Returns a cell's text for people. */
  static String shown(Cell cell, Column column) {
    if (cell instanceof Cell.Text text) {
      return text.text();
    }
    if (cell instanceof Cell.Value value) {
      ValueFormat format = column.format().orElseThrow();
      Estimate estimate = value.estimate();
      String number = format.text(estimate.value());
      return estimate.hasInterval() ? number + " " + estimate.interval(format) : number;
    }
    return "–";
  }

  private static void addFields(List<String> fields, Cell cell, boolean interval) {
    if (cell instanceof Cell.Value value) {
      fields.add(plain(value.estimate().value()));
      if (interval) {
        fields.add(plain(value.estimate().low()));
        fields.add(plain(value.estimate().high()));
      }
      return;
    }
    fields.add(cell instanceof Cell.Text text ? quoted(text.text()) : "");
    if (interval) {
      fields.add("");
      fields.add("");
    }
  }

  private static String plain(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? Long.toString((long) value) : Double.toString(value);
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static String markdownText(String text) {
    return text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;")
        .replaceAll("\\R", "<br>");
  }
}
