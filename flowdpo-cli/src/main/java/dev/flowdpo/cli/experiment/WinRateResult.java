package dev.flowdpo.cli.experiment;

import dev.flowdpo.comparison.WinRate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How often a comparer preferred one arm's solutions to another's; a line of {@code
 * win-rates.jsonl}. Immutable.
 *
 * @param comparer who compared
 * @param first label of the arm whose wins are counted
 * @param second label of the arm that it is compared with
 * @param wins how often the first was better in both orders
 * @param losses how often the second was
 * @param ties how often neither was, or the two orders disagreed
 * @param undecided on how many problems the comparer did not say
 * @param rate (wins + ties / 2) / (wins + losses + ties); 0.5 where nothing was decided
 * @param low lower end of its 95 % interval
 * @param high upper end
 */
record WinRateResult(
    String comparer,
    String first,
    String second,
    int wins,
    int losses,
    int ties,
    int undecided,
    double rate,
    double low,
    double high) {
  /** The name of the file in the experiment's folder. */
  static final String FILE = "win-rates.jsonl";

  /** Counts comparisons by comparer and compared arms, in the order in which these first come. */
  static List<WinRateResult> of(List<ComparedTraces> rows) {
    record Compared(String comparer, String first, String second) {}
    Map<Compared, WinRate> rates = new LinkedHashMap<>();
    for (ComparedTraces row : rows) {
      Compared compared = new Compared(row.comparer(), row.first(), row.second());
      rates.merge(compared, WinRate.of(List.of(row.comparison())), WinRate::plus);
    }
    List<WinRateResult> results = new ArrayList<>();
    rates.forEach(
        (of, rate) ->
            results.add(
                new WinRateResult(
                    of.comparer,
                    of.first,
                    of.second,
                    rate.wins(),
                    rate.losses(),
                    rate.ties(),
                    rate.undecided(),
                    rate.rate(),
                    Math.min(rate.rate(), rate.interval().low()),
                    Math.max(rate.rate(), rate.interval().high()))));
    return results;
  }

  /** Returns how many comparisons have a preference. */
  int decided() {
    return wins + losses + ties;
  }

  /** Returns the finding in a line. */
  String summary() {
    return String.format(
        Locale.ROOT,
        "%s against %s: win rate %.1f%% [%.1f, %.1f]  wins %d  ties %d  losses %d  undecided %d",
        first,
        second,
        100 * rate,
        100 * low,
        100 * high,
        wins,
        ties,
        losses,
        undecided);
  }
}
