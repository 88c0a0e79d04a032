package dev.flowdpo.error;

import java.time.Duration;

/**
 * Checks of single values. Each returns the value, or throws an {@link InvalidInputException} that
 * names it, its bounds and what was found. Stateless and thread-safe.
 */
public final class Require {
  private Require() {}

  /** {@return the value where it is at least the minimum} */
  public static int atLeast(int minimum, String name, int value) {
    if (value < minimum) {
      throw refuse(name, "a whole number of at least " + minimum, value);
    }
    return value;
  }

  /** {@return the value where it is a finite number} */
  public static double finite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw refuse(name, "a finite number", value);
    }
    return value;
  }

  /** {@return the value where it is finite and above 0} */
  public static double positive(String name, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw refuse(name, "a finite number above 0", value);
    }
    return value;
  }

  /** {@return the value where it is finite and at least 0} */
  public static double notNegative(String name, double value) {
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw refuse(name, "a finite number of at least 0", value);
    }
    return value;
  }

  /** {@return the value where it lies in [low, high]} */
  public static double within(double low, double high, String name, double value) {
    if (!(value >= low && value <= high)) {
      throw refuse(name, "a number in [" + low + ", " + high + "]", value);
    }
    return value;
  }

  /** {@return the value where it lies in [low, high)} */
  public static double below(double low, double high, String name, double value) {
    if (!(value >= low && value < high)) {
      throw refuse(name, "a number in [" + low + ", " + high + ")", value);
    }
    return value;
  }

  /** {@return the value where it lies in (low, high]} */
  public static double above(double low, double high, String name, double value) {
    if (!(value > low && value <= high)) {
      throw refuse(name, "a number in (" + low + ", " + high + "]", value);
    }
    return value;
  }

  /** {@return the duration where it is longer than zero} */
  public static Duration positive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw refuse(name, "a duration longer than zero", value);
    }
    return value;
  }

  private static InvalidInputException refuse(String name, String expected, Object found) {
    return new InvalidInputException(name + ": expected " + expected + ", found " + found + ".");
  }
}
