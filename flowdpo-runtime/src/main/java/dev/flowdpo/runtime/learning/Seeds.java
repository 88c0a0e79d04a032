package dev.flowdpo.runtime.learning;

import java.util.SplittableRandom;

/**
 * Derives seeds, so that every random choice has a stream of its own and none depends on how much
 * others drew.
 */
final class Seeds {
  private Seeds() {}

  /** Returns a seed that depends on all numbers and on their order. */
  static long mix(long... numbers) {
    long seed = 0x9E3779B97F4A7C15L;
    for (long number : numbers) {
      seed = new SplittableRandom(seed ^ number).nextLong();
    }
    return seed;
  }
}
