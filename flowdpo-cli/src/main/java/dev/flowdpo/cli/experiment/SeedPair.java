package dev.flowdpo.cli.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * What came of the same seed in two ways.
 *
 * @param own the result whose lead is asked for
 * @param other the result that it is held against
 */
record SeedPair<T>(T own, T other) {

  /** Returns each result with that of the same seed among others. */
  static <T> List<SeedPair<T>> of(List<T> results, List<T> others, ToLongFunction<T> seed) {
    List<SeedPair<T>> pairs = new ArrayList<>();
    for (T result : results) {
      for (T other : others) {
        if (seed.applyAsLong(other) == seed.applyAsLong(result)) {
          pairs.add(new SeedPair<>(result, other));
        }
      }
    }
    return pairs;
  }

  /** Returns by how much a figure is above the other's, seed by seed. */
  static <T> double[] differences(List<SeedPair<T>> pairs, ToDoubleFunction<T> figure) {
    return pairs.stream()
        .mapToDouble(pair -> figure.applyAsDouble(pair.own) - figure.applyAsDouble(pair.other))
        .toArray();
  }

  /**
   * Returns the differences of outcomes, problem by problem. One way may have seen more problems
   * than the other; those that both saw count.
   */
  double[] byProblem(Function<T, String> outcomes) {
    String mine = outcomes.apply(own);
    String others = outcomes.apply(other);
    return IntStream.range(0, Math.min(mine.length(), others.length()))
        .mapToDouble(i -> mine.charAt(i) - others.charAt(i))
        .toArray();
  }

  /** Returns the mean over seeds of each problem's difference, where seeds share the problems. */
  static <T> double[] meansByProblem(List<SeedPair<T>> pairs, Function<T, String> outcomes) {
    List<double[]> seeds = pairs.stream().map(pair -> pair.byProblem(outcomes)).toList();
    int problems = seeds.stream().mapToInt(seed -> seed.length).min().orElse(0);
    return IntStream.range(0, problems)
        .mapToDouble(i -> seeds.stream().mapToDouble(seed -> seed[i]).average().orElse(0))
        .toArray();
  }
}
