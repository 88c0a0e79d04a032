package dev.flowdpo.cli.options;

import dev.flowdpo.preference.DpoObjective;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The objective that preference learning minimises. Not thread-safe. */
public final class ObjectiveOptions {
  @Option(
      names = "--objective",
      paramLabel = "NAME",
      defaultValue = "sigmoid",
      description =
          "sigmoid, sigmoid-norm, cdpo, hinge, ipo, robust, apo-zero or simpo; default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--beta",
      paramLabel = "B",
      defaultValue = "1.0",
      description = "Strength of the implicit reward; default: ${DEFAULT-VALUE}.")
  private double beta;

  @Option(
      names = "--label-smoothing",
      paramLabel = "E",
      description =
          "For cdpo and robust: the share of pairs that are taken for swapped, in [0, 0.5);"
              + " default: 0.1.")
  private Optional<Double> labelSmoothing = Optional.empty();

  @Option(
      names = "--gamma",
      paramLabel = "G",
      description = "For simpo: the margin that is aimed at; default: half of --beta.")
  private Optional<Double> gamma = Optional.empty();

  /**
   * Returns the objective.
   *
   * @throws dev.flowdpo.error.InvalidInputException if there is none of that name, a number is out
   *     of range, or one is given that it does not have
   */
  public DpoObjective objective() {
    return new ObjectiveChoice(name, beta, 0, labelSmoothing, gamma, GroupChoice.PLAIN, 0)
        .objective();
  }

  /** Returns what tells this objective from others. */
  public String description() {
    return name
        + ", beta "
        + beta
        + labelSmoothing.map(e -> ", label smoothing " + e).orElse("")
        + gamma.map(margin -> ", gamma " + margin).orElse("");
  }
}
