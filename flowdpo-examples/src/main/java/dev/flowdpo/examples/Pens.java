package dev.flowdpo.examples;

import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The problems of the other examples; yours come from a file, a queue, or your users. */
final class Pens {
  private static final List<String> NAMES = List.of("Mary", "Tom", "Ann", "Ben");
  private static final List<String> THINGS = List.of("pens", "apples", "coins", "books");

  private Pens() {}

  /** {@return different problems with known answers; the same ones for the same seed} */
  static List<Problem> problems(int count, long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> problem(random)).distinct().limit(count).toList();
  }

  private static Problem problem(Random random) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    String things = THINGS.get(random.nextInt(THINGS.size()));
    int has = 2 + random.nextInt(18);
    int buys = 2 + random.nextInt(18);
    return Problem.of(
        "%s has %d %s. %s buys %d more. How many %s does %s have?"
            .formatted(name, has, things, name, buys, things, name),
        Integer.toString(has + buys));
  }
}
