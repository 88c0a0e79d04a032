package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.Band;
import dev.flowdpo.cli.report.Estimate;
import dev.flowdpo.cli.report.LineChart;
import dev.flowdpo.cli.report.Report;
import dev.flowdpo.cli.report.ReportTree;
import dev.flowdpo.cli.report.Section;
import dev.flowdpo.cli.report.Series;
import dev.flowdpo.cli.report.Table;
import dev.flowdpo.cli.report.Tile;
import dev.flowdpo.cli.report.Tone;
import dev.flowdpo.cli.report.ValueFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an online experiment found, for people. Immutable. */
final class OnlineReport implements ExperimentReport {
  private static final ValueFormat PERCENT = ValueFormat.percent();
  private static final ValueFormat POINTS = ValueFormat.points();

  private final OnlineSettings settings;
  private final List<Long> seeds;
  private final OnlineFigures figures;
  private final OnlineFindings findings;
  private final ComparisonSection compared;
  private final Optional<CompileReport> compiled;

  /**
   * @param compiled what single passes made of the traces, where that was measured
   */
  OnlineReport(
      OnlineSettings settings,
      List<Long> seeds,
      List<ArmResult> results,
      ComparisonSection compared,
      Optional<CompileReport> compiled) {
    this.compiled = compiled;
    this.settings = settings;
    this.seeds = List.copyOf(seeds);
    this.figures = new OnlineFigures(results);
    this.findings = new OnlineFindings(figures);
    this.compared = compared;
  }

  /** Returns the page, with the trees that the first run of the method left. */
  @Override
  public Report page(Path folder) {
    return report(TreeFiles.read(treesFolder(folder)));
  }

  private Path treesFolder(Path folder) {
    return ArmRun.folder(folder, Arm.DPO, seeds.get(0)).resolve("trees");
  }

  /** Returns a line for each arm and each of a comparer's comparisons. */
  @Override
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (Arm arm : figures.arms()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-32s held-out %5.1f%%  progressive %5.1f%%, last %d %5.1f%%  chunks %.2f  updates"
                  + " %.0f + %.0f%n",
              arm.label(),
              100 * figures.mean(arm, ArmResult::heldOut),
              100 * figures.mean(arm, ArmResult::accuracy),
              ArmResult.LAST,
              100 * figures.mean(arm, ArmResult::accuracyOfLast),
              figures.mean(arm, ArmResult::chunks),
              figures.mean(arm, ArmResult::answerUpdates),
              figures.mean(arm, ArmResult::stopUpdates)));
    }
    compared.results().forEach(result -> text.append(result.summary()).append('\n'));
    compiled.ifPresent(report -> text.append(report.summary()));
    return text.toString();
  }

  private Report report(List<ReportTree> trees) {
    Report.Builder report =
        Report.builder("Online Flow-DPO on " + settings.set().label() + " problems")
            .subtitle(
                "%d problems, %d seed%s, %d held out; %s."
                    .formatted(
                        settings.problems(),
                        seeds.size(),
                        seeds.size() == 1 ? "" : "s",
                        settings.heldOut(),
                        settings.model().title()));
    tiles(report);
    report.section("Progressive validation", this::validation);
    report.section("The arms", this::arms);
    if (figures.has(Arm.DPO) && figures.has(Arm.NO_UPDATES)) {
      report.section("Seed by seed", this::seedBySeed);
      if (settings.set() instanceof Distribution) {
        report.section("What kind of error the gain removes", findings::mistakes);
      }
    }
    if (figures.has(Arm.DPO)) {
      report.section("Health of the run", findings::health);
    }
    compiled.ifPresent(table -> report.section("Compiled into a single pass", table::fill));
    if (!compared.isEmpty()) {
      report.section("Which explanations are better", compared::fill);
    }
    if (!trees.isEmpty()) {
      report.section(
          "Rollout trees",
          section ->
              section
                  .paragraph(
                      "The first and the last problems of seed %d under online DPO: each chunk the"
                              .formatted(seeds.get(0))
                          + " flow wrote, what the Stop model said, the rollouts from there, their"
                          + " verdicts, and the pairs that came of them.")
                  .trees(trees));
    }
    report.section("Settings", section -> section.definitions("", settings.describe(seeds)));
    return report.build();
  }

  private void tiles(Report.Builder report) {
    if (!figures.has(Arm.DPO)) {
      return;
    }
    Estimate heldOut = figures.estimate(Arm.DPO, ArmResult::heldOut);
    if (figures.has(Arm.NO_UPDATES)) {
      report.tile(
          Tile.share(
              "Held-out accuracy, greedy",
              heldOut,
              figures.mean(Arm.NO_UPDATES, ArmResult::heldOut),
              "no updates"));
      report.tile(
          Tile.share(
              "Progressive accuracy, last " + ArmResult.LAST,
              figures.estimate(Arm.DPO, ArmResult::accuracyOfLast),
              figures.mean(Arm.NO_UPDATES, ArmResult::accuracyOfLast),
              "no updates"));
      double worst = min(figures.differences(Arm.DPO, Arm.NO_UPDATES, ArmResult::heldOut));
      report.tile(
          new Tile(
              "Smallest lift of a seed",
              POINTS.text(worst),
              "held-out accuracy",
              "",
              worst > 0 ? Tone.GOOD : Tone.BAD));
    }
    if (figures.has(Arm.SUPERVISED_EQUAL)) {
      report.tile(
          Tile.share(
              "Held-out accuracy, greedy",
              heldOut,
              figures.mean(Arm.SUPERVISED_EQUAL, ArmResult::heldOut),
              Arm.SUPERVISED_EQUAL.label()));
      report.tile(
          Tile.share(
              "Progressive accuracy",
              figures.estimate(Arm.DPO, ArmResult::accuracy),
              figures.mean(Arm.SUPERVISED_EQUAL, ArmResult::accuracy),
              Arm.SUPERVISED_EQUAL.label()));
    }
  }

  private void validation(Section.Builder section) {
    section.paragraph(
        "Acc(n) is the share of the first n problems that were answered right **before** anything"
            + " was learned from them, as the flow samples (the paper's figures 3 and 4).");
    section.chart(chart("Progressive validation", "Acc(n)", Integer.MAX_VALUE));
    section.chart(
        chart(
            "Accuracy over the last %d problems".formatted(ArmResult.LAST),
            "share right",
            ArmResult.LAST));
  }

  private LineChart chart(String title, String y, int window) {
    int step = Math.max(1, settings.problems() / 100);
    double[] places = figures.places(step);
    LineChart.Builder chart =
        LineChart.builder(title)
            .note("Mean over seeds; the band reaches from the lowest seed to the highest.")
            .x(Axis.count("problems"))
            .y(Axis.share(y));
    for (Arm arm : figures.arms()) {
      chart.series(
          Series.over(arm.label(), places, figures.curves(arm, places, window), Band.RANGE));
    }
    return chart.build();
  }

  private void arms(Section.Builder section) {
    Table.Builder table =
        Table.builder("Means over seeds with 95 % intervals")
            .text("Arm")
            .number("Held-out, greedy", PERCENT)
            .number("Progressive", PERCENT)
            .number("Last " + ArmResult.LAST, PERCENT)
            .number("Chunks", ValueFormat.decimal(2))
            .number("No answer", PERCENT)
            .number("Answer pairs", ValueFormat.integer())
            .number("Stop pairs", ValueFormat.integer())
            .number("Answer updates", ValueFormat.integer())
            .number("Stop updates", ValueFormat.integer())
            .number("Seconds", ValueFormat.integer());
    for (Arm arm : figures.arms()) {
      table.row(
          arm.label(),
          figures.estimate(arm, ArmResult::heldOut),
          figures.estimate(arm, ArmResult::accuracy),
          figures.estimate(arm, ArmResult::accuracyOfLast),
          figures.mean(arm, ArmResult::chunks),
          figures.mean(arm, ArmResult::noAnswers),
          figures.mean(arm, ArmResult::answerPairs),
          figures.mean(arm, ArmResult::stopPairs),
          figures.mean(arm, ArmResult::answerUpdates),
          figures.mean(arm, ArmResult::stopUpdates),
          figures.mean(arm, ArmResult::seconds));
    }
    section.table(table.build());
    for (Arm arm : figures.arms()) {
      section.paragraph("**" + arm.label() + "**: " + arm.description());
    }
    if (figures.has(Arm.DPO) && figures.arms().size() > 1) {
      findings.differences(section);
    }
    section.paragraph(
        "Chunks and missing answers are those of the last %d problems. For the supervised arms a"
                .formatted(ArmResult.LAST)
            + " pair is an example.");
  }

  private void seedBySeed(Section.Builder section) {
    Table.Builder table =
        Table.builder("Flow with online DPO, seed by seed")
            .number("Seed", ValueFormat.integer())
            .number("Held-out before", PERCENT)
            .number("Held-out after", PERCENT)
            .number("Lift", POINTS)
            .number("Last " + ArmResult.LAST, PERCENT)
            .number("Above no updates", POINTS)
            .number("Chunks at the end", ValueFormat.decimal(2));
    for (ArmResult after : figures.of(Arm.DPO)) {
      for (ArmResult before : figures.of(Arm.NO_UPDATES)) {
        if (before.seed() == after.seed()) {
          table.row(
              after.seed(),
              before.heldOut(),
              after.heldOut(),
              after.heldOut() - before.heldOut(),
              after.accuracyOfLast(),
              after.accuracyOfLast() - before.accuracyOfLast(),
              after.heldOutChunks());
        }
      }
    }
    section.table(table.build());
  }

  private static double min(double[] values) {
    return Arrays.stream(values).min().orElse(Double.NaN);
  }
}
