package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

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
    List<Double> differences = new ArrayList<>();
    for (ArmResult result : of(arm)) {
      for (ArmResult other : of(control)) {
        if (other.seed() == result.seed()) {
          differences.add(figure.applyAsDouble(result) - figure.applyAsDouble(other));
        }
      }
    }
    return differences.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Returns by how much an arm is above another on each held-out problem, as the mean over the
   * seeds that both have: in [-1, 1].
   */
  double[] heldOutDifferences(Arm arm, Arm control) {
    return means(
        pairs(arm, control, ArmResult::heldOutOutcomes).stream()
            .map(pair -> differences(pair.own, pair.others))
            .toList());
  }

  /** Returns by how much an arm is above another on each problem of each seed's stream. */
  double[] progressiveDifferences(Arm arm, Arm control) {
    return pairs(arm, control, ArmResult::outcomes).stream()
        .flatMapToDouble(pair -> Arrays.stream(differences(pair.own, pair.others)))
        .toArray();
  }

  /** What two arms made of the same problems. */
  private record Outcomes(String own, String others) {}

  private List<Outcomes> pairs(Arm arm, Arm control, Function<ArmResult, String> outcomes) {
    List<Outcomes> pairs = new ArrayList<>();
    for (ArmResult result : of(arm)) {
      for (ArmResult other : of(control)) {
        if (other.seed() == result.seed()) {
          pairs.add(new Outcomes(outcomes.apply(result), outcomes.apply(other)));
        }
      }
    }
    return pairs;
  }

  /**
   * Returns the differences of outcomes, problem by problem. An arm may have seen more problems
   * than another; those that both saw count.
   */
  static double[] differences(String own, String others) {
    return IntStream.range(0, Math.min(own.length(), others.length()))
        .mapToDouble(i -> own.charAt(i) - others.charAt(i))
        .toArray();
  }

  /** Returns the mean over seeds of each problem's difference. */
  static double[] means(List<double[]> seeds) {
    int problems = seeds.stream().mapToInt(seed -> seed.length).min().orElse(0);
    return IntStream.range(0, problems)
        .mapToDouble(i -> seeds.stream().mapToDouble(seed -> seed[i]).average().orElse(0))
        .toArray();
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
