package dev.flowdpo.cli.options;

import dev.flowdpo.cli.evaluation.HeldOut;
import picocli.CommandLine.Option;

/** On how many held-out problems a run is measured. Not thread-safe. */
public final class HeldOutOptions {
  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "" + HeldOut.DEFAULT,
      description =
          "How many held-out problems to measure on, greedily, before and after; default:"
              + " ${DEFAULT-VALUE}.")
  private int heldOut;

  /**
   * Returns the number.
   *
   * @throws dev.flowdpo.error.InvalidInputException if it is below 1
   */
  public int problems() {
    return OptionRange.atLeast(1, "--held-out", heldOut);
  }
}
