package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.Objects;
import java.util.Optional;

/**
 * A column of a table. Immutable and thread-safe.
 *
 * @param name the heading; never blank
 * @param unit the unit of its numbers, for example {@code s}; {@code ""} where there is none or the
 *     format says it
 * @param format how its numbers are written; empty for a column of texts
 */
public record Column(String name, String unit, Optional<ValueFormat> format) {

  /**
   * Checks the name.
   *
   * @throws InvalidInputException if it is blank
   */
  public Column {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(format, "format");
    if (name.isBlank()) {
      throw new InvalidInputException("column name: expected a heading, found a blank one.");
    }
  }

  /**
   * Returns a column of texts.
   *
   * @param name the heading
   * @return a column that is set flush left
   */
  public static Column text(String name) {
    return new Column(name, "", Optional.empty());
  }

  /**
   * Returns a column of numbers without a unit.
   *
   * @param name the heading
   * @param format how they are written
   * @return a column that is set flush right
   */
  public static Column number(String name, ValueFormat format) {
    return number(name, "", format);
  }

  /**
   * Returns a column of numbers.
   *
   * @param name the heading
   * @param unit their unit, shown in the heading
   * @param format how they are written
   * @return a column that is set flush right
   */
  public static Column number(String name, String unit, ValueFormat format) {
    return new Column(name, unit, Optional.of(format));
  }

  /** Returns the heading with the unit. */
  String heading() {
    return unit.isEmpty() ? name : name + " (" + unit + ")";
  }
}
