package dev.flowdpo.runtime.training;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.Require;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Examples, parted into those to train on and those to measure on. Immutable and thread-safe as its
 * examples are.
 *
 * @param training to train on, in the order given
 * @param heldOut to measure on, in the order given; may be empty
 * @param <E> an example
 */
public record ExampleSplit<E>(List<E> training, List<E> heldOut) {

  /** Copies both parts. */
  public ExampleSplit {
    training = ImmutableList.copyOf(training);
    heldOut = ImmutableList.copyOf(heldOut);
  }

  /**
   * Parts examples, with all examples of a problem on the same side. Which problems are held out
   * depends on the seed and on their names alone.
   *
   * @param examples what to part
   * @param problem the name of an example's problem
   * @param share of the problems that are held out, in [0, 1): rounded down, but at least one where
   *     there are two and the share is above 0
   * @param seed of the choice
   */
  public static <E> ExampleSplit<E> of(
      List<E> examples, Function<E, String> problem, double share, long seed) {
    Require.below(0, 1, "share of held-out problems", share);
    List<String> problems = examples.stream().map(problem).distinct().toList();
    int count = (int) (share * problems.size());
    if (share > 0 && problems.size() > 1) {
      count = Math.max(1, count);
    }
    Set<String> heldOut =
        new HashSet<>(
            problems.stream()
                .sorted(Comparator.comparing(name -> hash(seed, name)))
                .limit(count)
                .toList());
    return new ExampleSplit<>(
        examples.stream().filter(e -> !heldOut.contains(problem.apply(e))).toList(),
        examples.stream().filter(e -> heldOut.contains(problem.apply(e))).toList());
  }

  /** Returns the same split of what each example is turned into. */
  public <T> ExampleSplit<T> map(Function<E, T> change) {
    return new ExampleSplit<>(
        training.stream().map(change).toList(), heldOut.stream().map(change).toList());
  }

  private static String hash(long seed, String name) {
    return Hashing.sha256()
        .newHasher()
        .putLong(seed)
        .putString(name, StandardCharsets.UTF_8)
        .hash()
        .toString();
  }
}
