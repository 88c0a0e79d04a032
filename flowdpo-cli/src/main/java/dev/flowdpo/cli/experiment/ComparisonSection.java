package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Estimate;
import dev.flowdpo.cli.report.Section;
import dev.flowdpo.cli.report.Table;
import dev.flowdpo.cli.report.Tone;
import dev.flowdpo.cli.report.ValueFormat;
import dev.flowdpo.cli.report.WinRates;
import dev.flowdpo.comparison.Preference;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a report that says which explanations a comparer prefers. Immutable.
 *
 * @param rows what comparers said; copied
 * @param failure why a comparer could not be asked; empty where it could
 */
record ComparisonSection(List<ComparedTraces> rows, String failure) {
  private static final int EXAMPLES = 3;

  ComparisonSection {
    rows = List.copyOf(rows);
  }

  boolean isEmpty() {
    return rows.isEmpty() && failure.isEmpty();
  }

  /** Returns the counts of each comparison. */
  List<WinRateResult> results() {
    return WinRateResult.of(rows);
  }

  /** Fills the section. */
  void fill(Section.Builder section) {
    section.paragraph(
        "A model compared the learned flow's greedy solutions of held-out problems with those of its"
            + " baselines. It was asked about each pair in both orders: where the two disagree, and"
            + " where both solutions are the same, the pair is a tie. The win rate is the share of"
            + " wins, a tie being half of one; its 95 % interval is Wilson's."
            + " It compares explanations; which answers are right is measured above.");
    if (!failure.isEmpty()) {
      section.callout(Tone.BAD, "The comparison could not be made", failure);
    }
    List<WinRateResult> results = results();
    for (String comparer : results.stream().map(WinRateResult::comparer).distinct().toList()) {
      bars(section, comparer, results.stream().filter(r -> r.comparer().equals(comparer)).toList());
    }
    if (!results.isEmpty()) {
      section.table(table(results));
      undecided(section);
      examples(section);
    }
  }

  private static void bars(Section.Builder section, String comparer, List<WinRateResult> results) {
    List<WinRates.Row> bars = new ArrayList<>();
    for (WinRateResult result : results) {
      if (result.decided() > 0) {
        bars.add(
            new WinRates.Row(
                result.first(), result.second(), result.wins(), result.ties(), result.losses()));
      }
    }
    if (!bars.isEmpty()) {
      section.winRates(new WinRates("Which solution is better", "Compared by " + comparer, bars));
    }
  }

  private static Table table(List<WinRateResult> results) {
    Table.Builder table =
        Table.builder("Win rates of the learned flow with 95 % intervals")
            .text("Compared by")
            .text("Against")
            .number("Win rate", ValueFormat.percent())
            .number("Wins", ValueFormat.integer())
            .number("Ties", ValueFormat.integer())
            .number("Losses", ValueFormat.integer())
            .number("Undecided", ValueFormat.integer());
    for (WinRateResult result : results) {
      table.row(
          result.comparer(),
          result.second(),
          new Estimate(result.rate(), result.low(), result.high()),
          result.wins(),
          result.ties(),
          result.losses(),
          result.undecided());
    }
    return table.build();
  }

  private void undecided(Section.Builder section) {
    List<ComparedTraces> open = rows.stream().filter(row -> !row.isDecided()).toList();
    if (!open.isEmpty()) {
      section.callout(
          Tone.WARNING,
          "Comparisons without a preference",
          "%d of %d count for nothing; they are asked again with `--resume`. The first one: %s"
              .formatted(open.size(), rows.size(), open.get(0).reason()));
    }
  }

  private void examples(Section.Builder section) {
    rows.stream()
        .filter(
            row -> row.preference() == Preference.FIRST || row.preference() == Preference.SECOND)
        .limit(EXAMPLES)
        .forEach(
            row ->
                section.preformatted(
                    row.preference() == Preference.FIRST
                        ? row.first() + " is better"
                        : row.second() + " is better",
                    "%s\n\n%s:\n%s\n\n%s:\n%s\n\nReason: %s"
                        .formatted(
                            row.question(),
                            row.first(),
                            row.firstTrace().strip(),
                            row.second(),
                            row.secondTrace().strip(),
                            row.reason())));
  }
}
