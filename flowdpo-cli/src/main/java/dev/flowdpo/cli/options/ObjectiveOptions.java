package dev.flowdpo.cli.options;

import dev.flowdpo.preference.DpoObjective;
import picocli.CommandLine.Option;

/** The objective that preference learning minimises. Not thread-safe. */
public final class ObjectiveOptions {
  @Option(
      names = "--objective",
      paramLabel = "NAME",
      defaultValue = "sigmoid",
      description =
          "sigmoid, cdpo, hinge, ipo, robust, apo-zero or simpo; default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--beta",
      paramLabel = "B",
      defaultValue = "1.0",
      description = "Strength of the implicit reward; default: ${DEFAULT-VALUE}.")
  private double beta;

  /**
   * Returns the objective.
   *
   * @throws dev.flowdpo.error.InvalidInputException if there is none of that name, or the strength
   *     is out of range
   */
  public DpoObjective objective() {
    return DpoObjective.named(name, beta);
  }

  /** Returns what tells this objective from others. */
  public String description() {
    return name + ", beta " + beta;
  }
}
