package dev.flowdpo.cli.report;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import java.util.Objects;

/**
 * How often a comparer preferred one side's explanations to another's. Immutable and thread-safe.
 *
 * @param title what was compared
 * @param comparer who compared, and how
 * @param rows the comparisons; copied
 */
public record WinRates(String title, String comparer, List<Row> rows) implements Block {

  /** Copies the rows. */
  public WinRates {
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(comparer, "comparer");
    rows = List.copyOf(rows);
  }

  /**
   * One comparison.
   *
   * @param first the side whose wins are counted
   * @param second the other side
   * @param wins how often the first side won
   * @param ties how often neither did, disagreement of the two orders included
   * @param losses how often the second side won
   */
  public record Row(String first, String second, int wins, int ties, int losses) {

    /**
     * Checks the counts.
     *
     * @throws InvalidInputException if one is negative or there is no comparison at all
     */
    public Row {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(second, "second");
      if (wins < 0 || ties < 0 || losses < 0 || (long) wins + ties + losses == 0) {
        throw new InvalidInputException(
            "win rates of %s against %s: expected counts of at least 0 and one comparison,"
                    .formatted(first, second)
                + " found %d wins, %d ties, %d losses.".formatted(wins, ties, losses));
      }
    }

    /** Returns the number of comparisons. */
    long total() {
      return (long) wins + ties + losses;
    }
  }
}
