package dev.flowdpo.runtime.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Which examples make which step. Every epoch sees every example once, in an order of its own that
 * depends on the seed and the epoch alone, so that a resumed training finds the same steps.
 * Immutable and thread-safe.
 *
 * @param lengths the number of tokens of each example
 * @param options sizes, seed, and whether examples of similar lengths come together
 */
record TrainingPlan(List<Integer> lengths, TrainerOptions options) {
  /** How many steps' examples are sorted by length together. */
  private static final int STEPS_AT_ONCE = 8;

  TrainingPlan {
    lengths = List.copyOf(lengths);
  }

  int stepsPerEpoch() {
    int perStep = options.examplesPerStep();
    return (lengths.size() + perStep - 1) / perStep;
  }

  int totalSteps() {
    return Math.multiplyExact(options.epochs(), stepsPerEpoch());
  }

  /** Returns the indices of the examples of each step of an epoch. */
  List<List<Integer>> epoch(int epoch) {
    Random random = new Random(seed(epoch));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lengths.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    int perStep = options.examplesPerStep();
    if (options.groupByLength()) {
      int window = perStep * STEPS_AT_ONCE;
      for (int from = 0; from < order.size(); from += window) {
        order
            .subList(from, Math.min(order.size(), from + window))
            .sort(Comparator.comparingInt(lengths::get));
      }
    }
    List<List<Integer>> steps = new ArrayList<>();
    for (int from = 0; from < order.size(); from += perStep) {
      steps.add(List.copyOf(order.subList(from, Math.min(order.size(), from + perStep))));
    }
    Collections.shuffle(steps, random);
    return steps;
  }

  /** Returns a seed of its own for a step, an epoch or whatever has a number. */
  long seed(long number) {
    return new SplittableRandom(new SplittableRandom(options.seed()).nextLong() ^ number)
        .nextLong();
  }
}
