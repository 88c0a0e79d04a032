package dev.flowdpo.comparison;

import dev.flowdpo.error.Require;
import java.util.List;

/**
 * How often the first traces were better than the second ones. Immutable and thread-safe; {@link
 * #plus} gives a new count.
 *
 * @param wins pairs whose first trace is better
 * @param losses pairs whose second trace is better
 * @param ties pairs where neither is better
 * @param undecided pairs without a preference; they count for nothing else
 */
public record WinRate(int wins, int losses, int ties, int undecided) {
  /** Nothing counted yet. */
  public static final WinRate NONE = new WinRate(0, 0, 0, 0);

  /** The 97.5th percentile of the normal distribution. */
  private static final double Z = 1.959963984540054;

  /**
   * Checks the counts.
   *
   * @throws dev.flowdpo.error.InvalidInputException if one is below 0
   */
  public WinRate {
    Require.atLeast(0, "wins", wins);
    Require.atLeast(0, "losses", losses);
    Require.atLeast(0, "ties", ties);
    Require.atLeast(0, "undecided", undecided);
  }

  /**
   * A 95 % confidence interval.
   *
   * @param low its lower end, from 0
   * @param high its upper end, to 1
   */
  public record Interval(double low, double high) {}

  /**
   * Returns the count of comparisons.
   *
   * @param comparisons the comparisons
   * @return how often each preference occurs
   */
  public static WinRate of(List<Comparison> comparisons) {
    WinRate rate = NONE;
    for (Comparison comparison : comparisons) {
      rate = rate.plus(comparison);
    }
    return rate;
  }

  /**
   * Returns this count and one comparison more.
   *
   * @param comparison the comparison
   * @return the new count
   */
  public WinRate plus(Comparison comparison) {
    return switch (comparison.preference()) {
      case FIRST -> new WinRate(wins + 1, losses, ties, undecided);
      case SECOND -> new WinRate(wins, losses + 1, ties, undecided);
      case TIE -> new WinRate(wins, losses, ties + 1, undecided);
      case UNDECIDED -> new WinRate(wins, losses, ties, undecided + 1);
    };
  }

  /**
   * Returns this count and another one together.
   *
   * @param other the other count
   * @return the sums
   */
  public WinRate plus(WinRate other) {
    return new WinRate(
        wins + other.wins, losses + other.losses, ties + other.ties, undecided + other.undecided);
  }

  /**
   * Returns how many pairs have a preference.
   *
   * @return wins, losses and ties
   */
  public int decided() {
    return wins + losses + ties;
  }

  /**
   * Returns the win rate: (wins + ties / 2) / (wins + losses + ties).
   *
   * @return a number from 0 to 1; 0.5 where no pair has a preference
   */
  public double rate() {
    return decided() == 0 ? 0.5 : (wins + ties / 2.0) / decided();
  }

  /**
   * Returns Wilson's score interval of the win rate (1927). A tie counts as half a win and half a
   * loss, which varies less than a win or a loss does, so with ties the interval is rather too
   * wide.
   *
   * @return the 95 % interval; from 0 to 1 where no pair has a preference
   */
  public Interval interval() {
    int n = decided();
    if (n == 0) {
      return new Interval(0, 1);
    }
    double p = rate();
    double centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }
}
