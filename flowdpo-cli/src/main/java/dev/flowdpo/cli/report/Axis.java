package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * An axis of a chart. Immutable and thread-safe.
 *
 * @param label what it measures, with the unit where the format does not say it
 * @param format how its numbers are written
 * @param minimum where it begins; empty to fit the data
 * @param maximum where it ends; empty to fit the data
 * @param logarithmic whether equal steps are equal factors; only for numbers above 0
 */
public record Axis(
    String label,
    ValueFormat format,
    OptionalDouble minimum,
    OptionalDouble maximum,
    boolean logarithmic) {

  /**
   * Checks the bounds.
   *
   * @throws InvalidInputException if they are not in order, or not above 0 on a logarithmic axis
   */
  public Axis {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(format, "format");
    double low = minimum.orElse(logarithmic ? Double.MIN_VALUE : -Double.MAX_VALUE);
    double high = maximum.orElse(Double.MAX_VALUE);
    if (!(low < high) || (logarithmic && low <= 0)) {
      throw new InvalidInputException(
          "Axis \"%s\": expected a minimum below the maximum%s, found %s and %s."
              .formatted(label, logarithmic ? " and above 0" : "", low, high));
    }
  }

  /**
   * Returns an axis that fits its data.
   *
   * @param label what it measures
   * @param format how its numbers are written
   * @return a linear axis
   */
  public static Axis of(String label, ValueFormat format) {
    return new Axis(label, format, OptionalDouble.empty(), OptionalDouble.empty(), false);
  }

  /**
   * Returns an axis of counts that begins at 0.
   *
   * @param label what is counted
   * @return a linear axis
   */
  public static Axis count(String label) {
    return new Axis(
        label, ValueFormat.integer(), OptionalDouble.of(0), OptionalDouble.empty(), false);
  }

  /**
   * Returns an axis of shares from 0 to 100 %.
   *
   * @param label what it measures
   * @return a linear axis from 0 to 1
   */
  public static Axis share(String label) {
    ValueFormat percent = new ValueFormat(ValueFormat.Kind.PERCENT, 1);
    return new Axis(label, percent, OptionalDouble.of(0), OptionalDouble.of(1), false);
  }

  /**
   * Returns the same axis from one number to another.
   *
   * @param minimum where it begins
   * @param maximum where it ends
   * @return an axis with fixed ends
   * @throws InvalidInputException if they are not in order
   */
  public Axis range(double minimum, double maximum) {
    return new Axis(
        label, format, OptionalDouble.of(minimum), OptionalDouble.of(maximum), logarithmic);
  }

  /**
   * Returns the same axis on a logarithmic scale.
   *
   * @return an axis on which doubling is a fixed step
   */
  public Axis onLogarithmicScale() {
    OptionalDouble above =
        minimum.isPresent() && minimum.getAsDouble() <= 0 ? OptionalDouble.empty() : minimum;
    return new Axis(label, format, above, maximum, true);
  }
}
