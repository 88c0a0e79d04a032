package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The results of an online experiment, gathered by arm. Immutable. */
final class OnlineFigures {
  private final List<ArmResult> results;

  OnlineFigures(List<ArmResult> results) {
    this.results = List.copyOf(results);
  }

  /** Returns the arms that were run, in the order of {@link Arm}. */
  List<Arm> arms() {
    return Arrays.stream(Arm.values()).filter(this::has).toList();
  }

  boolean has(Arm arm) {
    return !of(arm).isEmpty();
  }

  /** Returns the results of an arm, seed by seed. */
  List<ArmResult> of(Arm arm) {
    return results.stream().filter(result -> result.arm().equals(arm.folder())).toList();
  }

  /** Returns the mean over seeds of a figure, with its confidence interval. */
  Estimate estimate(Arm arm, ToDoubleFunction<ArmResult> figure) {
    return Estimate.ofSample(of(arm).stream().mapToDouble(figure).toArray());
  }

  double mean(Arm arm, ToDoubleFunction<ArmResult> figure) {
    return of(arm).stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** Returns by how much each seed's figure is above that of the same seed in another arm. */
  double[] differences(Arm arm, Arm control, ToDoubleFunction<ArmResult> figure) {
    return SeedPair.differences(pairs(arm, control), figure);
  }

  /**
   * Returns by how much an arm is above another on each held-out problem, as the mean over the
   * seeds that both have: in [-1, 1].
   */
  double[] heldOutDifferences(Arm arm, Arm control) {
    return SeedPair.meansByProblem(pairs(arm, control), ArmResult::heldOutOutcomes);
  }

  /** Returns by how much an arm is above another on each problem of each seed's stream. */
  double[] progressiveDifferences(Arm arm, Arm control) {
    return pairs(arm, control).stream()
        .flatMapToDouble(pair -> Arrays.stream(pair.byProblem(ArmResult::outcomes)))
        .toArray();
  }

  private List<SeedPair<ArmResult>> pairs(Arm arm, Arm control) {
    return SeedPair.of(of(arm), of(control), ArmResult::seed);
  }

  /** Returns the places at which curves are drawn: every so many problems. */
  double[] places(int step) {
    int problems = results.stream().mapToInt(r -> r.outcomes().length()).min().orElse(0);
    List<Double> places = new ArrayList<>();
    for (int n = step; n <= problems; n += step) {
      places.add((double) n);
    }
    return places.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Returns each seed's accuracy at the places: over all problems so far, or over the last ones.
   */
  List<double[]> curves(Arm arm, double[] places, int window) {
    return of(arm).stream()
        .map(
            result ->
                Arrays.stream(places)
                    .map(n -> result.accuracy(Math.max(0, (int) n - window), (int) n))
                    .toArray())
        .toList();
  }

  /** Returns the mean share of held-out problems with this mistake. */
  Estimate share(Arm arm, Mistake mistake) {
    return estimate(arm, r -> (double) r.mistakes().getOrDefault(mistake, 0) / r.heldOutProblems());
  }
}
