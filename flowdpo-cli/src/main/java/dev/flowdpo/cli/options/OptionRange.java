package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;

/** Checks numbers given on the command line. Stateless and thread-safe. */
public final class OptionRange {
  private OptionRange() {}

  /**
   * Returns the value.
   *
   * @throws InvalidInputException if it is below the minimum
   */
  public static int atLeast(int minimum, String option, int value) {
    if (value < minimum) {
      throw new InvalidInputException(
          option + ": expected at least " + minimum + ", found " + value);
    }
    return value;
  }
}
