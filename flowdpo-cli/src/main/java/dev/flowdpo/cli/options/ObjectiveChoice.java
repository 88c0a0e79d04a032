package dev.flowdpo.cli.options;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.preference.PairRule;
import java.util.Locale;
import java.util.Optional;

/**
 * An objective by its name and its numbers. Immutable.
 *
 * @param name what {@link DpoObjective#named} knows
 * @param beta strength of the implicit reward
 * @param chosenNll weight of the chosen completions' likelihood; 0 for none
 * @param labelSmoothing for cdpo and robust: the share of pairs that are taken for swapped
 * @param gamma for simpo: the margin that is aimed at
 * @param group the numbers of an objective over groups
 * @param mostVaried how many pairs or groups of a problem are learned from, for each adapter; 0 for
 *     all
 */
record ObjectiveChoice(
    String name,
    double beta,
    double chosenNll,
    Optional<Double> labelSmoothing,
    Optional<Double> gamma,
    GroupChoice group,
    int mostVaried) {
  private static final String CONSERVATIVE = "cdpo";
  private static final String ROBUST = "robust";
  private static final String SIMPO = "simpo";
  private static final String LEAVE_ONE_OUT = "rloo";

  /** The name of the objective over groups. */
  static final String GROUP_RELATIVE = "group-relative";

  /** The name of the paper's objective. */
  static final String SIGMOID = "sigmoid";

  /** Makes an objective of pairs without further terms. */
  static ObjectiveChoice of(String name, double beta) {
    return new ObjectiveChoice(
        name, beta, 0, Optional.empty(), Optional.empty(), GroupChoice.PLAIN, 0);
  }

  ObjectiveChoice withName(String name) {
    return new ObjectiveChoice(name, beta, chosenNll, labelSmoothing, gamma, group, mostVaried);
  }

  ObjectiveChoice withBeta(double beta) {
    return new ObjectiveChoice(name, beta, chosenNll, labelSmoothing, gamma, group, mostVaried);
  }

  ObjectiveChoice withChosenNll(double chosenNll) {
    return new ObjectiveChoice(name, beta, chosenNll, labelSmoothing, gamma, group, mostVaried);
  }

  ObjectiveChoice withLabelSmoothing(double share) {
    return new ObjectiveChoice(name, beta, chosenNll, Optional.of(share), gamma, group, mostVaried);
  }

  ObjectiveChoice withGamma(double margin) {
    return new ObjectiveChoice(
        name, beta, chosenNll, labelSmoothing, Optional.of(margin), group, mostVaried);
  }

  ObjectiveChoice withGroup(GroupChoice group) {
    return new ObjectiveChoice(name, beta, chosenNll, labelSmoothing, gamma, group, mostVaried);
  }

  ObjectiveChoice withMostVaried(int perProblem) {
    Require.atLeast(0, "mostVaried", perProblem);
    return new ObjectiveChoice(name, beta, chosenNll, labelSmoothing, gamma, group, perProblem);
  }

  /** Returns how rollouts become what the objective learns from. */
  PairRule rule(PairOptions pairs) {
    PairRule rule = objective().rule(pairs);
    return mostVaried == 0 ? rule : rule.mostVaried(mostVaried);
  }

  /**
   * Returns the objective.
   *
   * @throws InvalidInputException if there is none of that name, a number is out of range, or one
   *     is given that it does not have
   */
  DpoObjective objective() {
    DpoObjective base = base();
    return chosenNll == 0 ? base : base.withChosenNll(chosenNll);
  }

  private DpoObjective base() {
    DpoObjective named = DpoObjective.named(name, beta);
    String key = name.strip().toLowerCase(Locale.ROOT);
    if (labelSmoothing.isPresent() && !key.equals(CONSERVATIVE) && !key.equals(ROBUST)) {
      throw new InvalidInputException(
          "--label-smoothing: expected with the objective cdpo or robust, found with " + name);
    }
    if (gamma.isPresent() && !key.equals(SIMPO)) {
      throw new InvalidInputException(
          "--gamma: expected with the objective simpo, found with " + name);
    }
    if (key.equals(GROUP_RELATIVE) || key.equals(LEAVE_ONE_OUT)) {
      return group.objective(key.equals(LEAVE_ONE_OUT));
    }
    group.refuseWith(name);
    return switch (key) {
      case CONSERVATIVE -> labelSmoothing.map(e -> DpoObjective.sigmoid(beta, e)).orElse(named);
      case ROBUST -> labelSmoothing.map(e -> DpoObjective.robust(beta, e)).orElse(named);
      case SIMPO -> gamma.map(margin -> DpoObjective.simPo(beta, margin)).orElse(named);
      default -> named;
    };
  }
}
