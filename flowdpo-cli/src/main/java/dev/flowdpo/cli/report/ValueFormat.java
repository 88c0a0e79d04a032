package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.Locale;
import java.util.Objects;

/**
 * How a number is written for people. Immutable and thread-safe; the locale never matters.
 *
 * @param kind what the number is
 * @param decimals digits after the point, 0 to 9
 */
public record ValueFormat(Kind kind, int decimals) {

  /** What a number is. */
  public enum Kind {
    /** Written as it is, with thousands set apart. */
    NUMBER,
    /** A share in [0, 1], written in percent. */
    PERCENT,
    /** A difference of shares, written in percentage points and always with its sign. */
    POINTS
  }

  /** Checks the digits. */
  public ValueFormat {
    Objects.requireNonNull(kind, "kind");
    if (decimals < 0 || decimals > 9) {
      throw new InvalidInputException(
          "decimals: expected 0 to 9 digits after the point, found " + decimals + ".");
    }
  }

  /**
   * Returns the format of counts: {@code 12,345}.
   *
   * @return a number without decimals
   */
  public static ValueFormat integer() {
    return new ValueFormat(Kind.NUMBER, 0);
  }

  /**
   * Returns the format of plain numbers.
   *
   * @param decimals digits after the point
   * @return a number with that many decimals
   */
  public static ValueFormat decimal(int decimals) {
    return new ValueFormat(Kind.NUMBER, decimals);
  }

  /**
   * Returns the format of accuracies: 0.713 is {@code 71.3 %}.
   *
   * @return percent with one decimal
   */
  public static ValueFormat percent() {
    return new ValueFormat(Kind.PERCENT, 1);
  }

  /**
   * Returns the format of differences of accuracies: 0.4 is {@code +40.0 pp}.
   *
   * @return percentage points with one decimal
   */
  public static ValueFormat points() {
    return new ValueFormat(Kind.POINTS, 1);
  }

  /**
   * Returns the number with its unit.
   *
   * @param value the number; a share where this is percent or points
   * @return the text for people, {@code "–"} where the value is not a number
   */
  public String text(double value) {
    String bare = bare(value);
    return Double.isFinite(value) ? bare + unit() : bare;
  }

  /**
   * Returns the number without a unit, for intervals and axes.
   *
   * @param value the number; a share where this is percent or points
   * @return the digits, with a proper minus, {@code "–"} where the value is not a number
   */
  public String bare(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    double shown = kind == Kind.NUMBER ? value : 100 * value;
    String sign = kind == Kind.POINTS ? "+" : "";
    String digits = String.format(Locale.ROOT, "%" + sign + ",." + decimals + "f", shown);
    boolean negativeZero = digits.startsWith("-") && !digits.matches(".*[1-9].*");
    return (negativeZero ? sign + digits.substring(1) : digits).replace('-', '−');
  }

  /** Returns the unit with the space before it, or nothing. */
  String unit() {
    return switch (kind) {
      case NUMBER -> "";
      case PERCENT -> "\u00A0%";
      case POINTS -> "\u00A0pp";
    };
  }
}
