package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A table of texts and numbers. Immutable and thread-safe.
 *
 * @param title the caption
 * @param columns the columns, at least one; copied
 * @param rows a cell for each column in each row; copied
 */
public record Table(String title, List<Column> columns, List<List<Cell>> rows) implements Block {

  /**
   * Checks the shape and copies.
   *
   * @throws InvalidInputException if there are no columns, a row has another number of cells, or a
   *     number stands in a column of texts
   */
  public Table {
    Objects.requireNonNull(title, "title");
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    if (columns.isEmpty()) {
      throw refuse(title, "at least one column", "none");
    }
    for (int r = 0; r < rows.size(); r++) {
      List<Cell> row = rows.get(r);
      if (row.size() != columns.size()) {
        throw refuse(title, columns.size() + " cells in row " + r, Integer.toString(row.size()));
      }
      for (int c = 0; c < row.size(); c++) {
        if (row.get(c) instanceof Cell.Value && columns.get(c).format().isEmpty()) {
          throw refuse(
              title,
              "a text in row %d of column \"%s\"".formatted(r, columns.get(c).name()),
              "a number; give the column a format");
        }
      }
    }
  }

  /**
   * Begins a table.
   *
   * @param title the caption
   * @return a builder without columns
   */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /**
   * Returns the table for spreadsheets and programs (RFC 4180): numbers at full precision, shares
   * in [0, 1]; a column that holds intervals is followed by two more with their ends.
   *
   * @return the text, each line ended by a line feed
   */
  public String csv() {
    return TableText.csv(this);
  }

  /**
   * Returns the table for READMEs.
   *
   * @return a GitHub-flavoured Markdown table, each line ended by a line feed
   */
  public String markdown() {
    return TableText.markdown(this);
  }

  /**
   * Returns the table for pages.
   *
   * @return a {@code table} element with a caption
   */
  public String html() {
    Html html = new Html();
    TableHtml.append(html, this);
    return html.toString();
  }

  private static InvalidInputException refuse(String title, String expected, String found) {
    return new InvalidInputException(
        "Table \"%s\": expected %s, found %s.".formatted(title, expected, found));
  }

  /** Collects columns, then rows. Not thread-safe. */
  public static final class Builder {
    private final String title;
    private final List<Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Adds a column.
     *
     * @param column the next column
     * @return this builder
     */
    public Builder column(Column column) {
      columns.add(Objects.requireNonNull(column, "column"));
      return this;
    }

    /**
     * Adds a column of texts.
     *
     * @param name the heading
     * @return this builder
     */
    public Builder text(String name) {
      return column(Column.text(name));
    }

    /**
     * Adds a column of numbers.
     *
     * @param name the heading
     * @param format how they are written
     * @return this builder
     */
    public Builder number(String name, ValueFormat format) {
      return column(Column.number(name, format));
    }

    /**
     * Adds a row.
     *
     * @param values a {@link Cell}, {@link Estimate}, {@link Number} or anything else, whose text
     *     is taken, for each column; NaN stands for what was not measured
     * @return this builder
     * @throws InvalidInputException if there is not one value for each column
     */
    public Builder row(Object... values) {
      if (values.length != columns.size()) {
        throw refuse(
            title,
            columns.size() + " cells in row " + rows.size(),
            Integer.toString(values.length));
      }
      List<Cell> cells = new ArrayList<>(values.length);
      for (int i = 0; i < values.length; i++) {
        cells.add(cell(values[i], columns.get(i)));
      }
      rows.add(cells);
      return this;
    }

    /**
     * Makes the table.
     *
     * @return the table
     * @throws InvalidInputException if it has no columns
     */
    public Table build() {
      return new Table(title, columns, rows);
    }

    private static Cell cell(Object value, Column column) {
      if (value instanceof Cell cell) {
        return cell;
      }
      if (value instanceof Estimate estimate) {
        return new Cell.Value(estimate);
      }
      if (value instanceof Number number && column.format().isPresent()) {
        double plain = number.doubleValue();
        return Double.isNaN(plain) ? new Cell.Missing() : new Cell.Value(Estimate.exact(plain));
      }
      return new Cell.Text(value.toString());
    }
  }
}
