package dev.flowdpo.runtime.data;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of a set of problems, such as 90 % to learn from and 10 % to measure on. A seeded hash of a
 * problem's id decides on its part, so a problem stays in its part whatever the order of the rows,
 * and where rows are added or taken away. Parts are disjoint, and their sizes are the shares but
 * for chance: of 1,000 problems, a share of 0.1 gives 100 ± 19 (95 %).
 *
 * <p>Immutable and thread-safe.
 *
 * @param seed another seed parts the problems in another way
 * @param shares the share of each part by its name, above 0, at most 1 together; problems beyond
 *     them belong to no part
 */
public record Splits(long seed, Map<String, Double> shares) {
  /** The part to learn from in {@link #trainAndTest}. */
  public static final String TRAIN = "train";

  /** The part to measure on in {@link #trainAndTest}. */
  public static final String TEST = "test";

  private static final double ROUNDING = 1e-9;
  private static final double TWO_TO_53 = 0x1.0p53;

  /**
   * Checks the shares and copies them, in their order.
   *
   * @throws InvalidInputException if there are none, one is not above 0, or they are more than 1
   *     together
   */
  public Splits {
    double sum = 0;
    for (Map.Entry<String, Double> share : shares.entrySet()) {
      if (!(share.getValue() > 0)) {
        throw new InvalidInputException(
            "Splits: share of \"%s\": expected a number above 0, found %s"
                .formatted(share.getKey(), share.getValue()));
      }
      sum += share.getValue();
    }
    if (shares.isEmpty() || !(sum <= 1 + ROUNDING)) {
      throw new InvalidInputException(
          "Splits: expected shares that are at most 1 together, found " + shares);
    }
    shares = ImmutableMap.copyOf(shares);
  }

  /**
   * Returns two parts that hold every problem: {@value #TRAIN} and {@value #TEST}.
   *
   * @param trainShare the share of {@value #TRAIN}, above 0 and below 1
   * @param seed another seed parts the problems in another way
   * @return the parts
   * @throws InvalidInputException if the share is out of range
   */
  public static Splits trainAndTest(double trainShare, long seed) {
    if (!(trainShare > 0 && trainShare < 1)) {
      throw new InvalidInputException(
          "Splits: trainShare: expected a number above 0 and below 1, found " + trainShare);
    }
    return new Splits(seed, ImmutableMap.of(TRAIN, trainShare, TEST, 1 - trainShare));
  }

  /**
   * Returns the part of a problem.
   *
   * @param problemId the problem's id
   * @return the name of its part, or empty where the shares leave it out
   */
  public Optional<String> partOf(String problemId) {
    double left = fraction(problemId);
    double sum = 0;
    for (Map.Entry<String, Double> share : shares.entrySet()) {
      sum += share.getValue();
      // Shares such as 0.7, 0.2 and 0.1 sum to a little less than 1.
      double end = sum >= 1 - ROUNDING ? 1 : sum;
      if (left < end) {
        return Optional.of(share.getKey());
      }
    }
    return Optional.empty();
  }

  /** Returns a number in [0, 1), evenly spread over ids: 53 bits of a hash. */
  private double fraction(String problemId) {
    long hash =
        Hashing.sha256()
            .newHasher()
            .putLong(seed)
            .putString(problemId, StandardCharsets.UTF_8)
            .hash()
            .asLong();
    return (hash >>> 11) / TWO_TO_53;
  }
}
