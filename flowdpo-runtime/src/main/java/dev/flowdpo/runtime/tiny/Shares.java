package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import java.util.SplittableRandom;

/** Shares of a mix: their checks and the seeded draw of an index in proportion to them. */
final class Shares {
  private static final double TOLERANCE = 1e-9;

  private Shares() {}

  static void requireProbability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InvalidInputException(name + " must be in [0, 1], found " + value + ".");
    }
  }

  static void requireSumOfOne(String name, List<Double> shares) {
    double sum = 0;
    for (double share : shares) {
      requireProbability(name, share);
      sum += share;
    }
    if (Math.abs(sum - 1) > TOLERANCE) {
      throw new InvalidInputException(
          name + " must sum to 1, found " + shares + " with the sum " + sum + ".");
    }
  }

  /** Returns an index drawn with probability {@code shares.get(index)}. */
  static int draw(List<Double> shares, SplittableRandom random) {
    double rest = random.nextDouble();
    for (int index = 0; index < shares.size() - 1; index++) {
      rest -= shares.get(index);
      if (rest < 0) {
        return index;
      }
    }
    return shares.size() - 1;
  }
}
