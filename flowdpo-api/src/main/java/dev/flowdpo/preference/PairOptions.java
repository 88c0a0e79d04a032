package dev.flowdpo.preference;

import dev.flowdpo.error.Require;

/**
 * When two branches form a pair.
 *
 * <p>Immutable and thread-safe.
 *
 * @param rewardMargin the least difference of rewards that forms a pair, in (0, 1]; default 0.5
 * @param preferEarlierStopOnTie whether, where stopping and going on both lead to a correct answer
 *     and the rewards make no pair, stopping is preferred; default true. Without it nothing ever
 *     speaks for stopping once a problem is solved, and a judge can drift to never stopping
 */
public record PairOptions(double rewardMargin, boolean preferEarlierStopOnTie) {
  /** Margin 0.5, earlier stop preferred. */
  public static final PairOptions DEFAULT = new PairOptions(0.5, true);

  /**
   * Checks the margin.
   *
   * @throws dev.flowdpo.error.InvalidInputException if it is not in (0, 1]
   */
  public PairOptions {
    Require.above(0, 1, "rewardMargin", rewardMargin);
  }
}
