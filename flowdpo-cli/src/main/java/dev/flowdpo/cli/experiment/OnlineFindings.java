package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.BarChart;
import dev.flowdpo.cli.report.Estimate;
import dev.flowdpo.cli.report.Section;
import dev.flowdpo.cli.report.Table;
import dev.flowdpo.cli.report.Tone;
import dev.flowdpo.cli.report.ValueFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the figures of an online experiment say of online DPO. Immutable. */
final class OnlineFindings {
  private static final ValueFormat PERCENT = ValueFormat.percent();
  private static final ValueFormat POINTS = ValueFormat.points();
  private static final double DECLINE = -1;
  private static final double UNDECIDED = 0.75;
  private static final double ALIKE = 0.9;

  private final OnlineFigures figures;

  OnlineFindings(OnlineFigures figures) {
    this.figures = figures;
  }

  /** Says by how much online DPO is ahead of each other arm, and with how many updates. */
  void differences(Section.Builder section) {
    Table.Builder table =
        Table.builder("Online DPO above its controls, paired by seed, with 95 % intervals")
            .text("Control")
            .number("Held-out, greedy", POINTS)
            .number("Progressive", POINTS)
            .number("Last " + ArmResult.LAST, POINTS)
            .number("Answer updates", ValueFormat.decimal(2))
            .number("Stop updates", ValueFormat.decimal(2));
    for (Arm arm : figures.arms()) {
      double[] heldOut = figures.differences(Arm.DPO, arm, ArmResult::heldOut);
      if (arm != Arm.DPO && heldOut.length > 0) {
        table.row(
            arm.label(),
            Estimate.ofSample(heldOut),
            Estimate.ofSample(figures.differences(Arm.DPO, arm, ArmResult::accuracy)),
            Estimate.ofSample(figures.differences(Arm.DPO, arm, ArmResult::accuracyOfLast)),
            ratio(arm, true),
            ratio(arm, false));
      }
    }
    section.table(table.build());
    section.paragraph(
        "The last two columns are the control's updates for each of DPO's: about 1 makes a fair"
            + " comparison.");
    section.table(byProblem());
    section.paragraph(
        "Paired by seed, an interval says how sure the difference is for other seeds, of which there"
            + " are few here; paired by problem, for other problems and these seeds.");
    double[] heldOut = figures.differences(Arm.DPO, Arm.SUPERVISED_EQUAL, ArmResult::heldOut);
    if (heldOut.length > 0) {
      double[] progressive =
          figures.differences(Arm.DPO, Arm.SUPERVISED_EQUAL, ArmResult::accuracy);
      Estimate ahead = Estimate.ofSample(heldOut);
      Estimate soFar = Estimate.ofSample(progressive);
      section.callout(
          ahead.value() > 0 && soFar.value() > 0 ? Tone.GOOD : Tone.WARNING,
          "The bar: supervised training with as many updates",
          "Online DPO is %s points of held-out accuracy and %s points of progressive accuracy above it."
              .formatted(POINTS.bare(ahead.value()), POINTS.bare(soFar.value())));
    }
  }

  private Table byProblem() {
    Table.Builder table =
        Table.builder("Online DPO above its controls, paired by problem, with 95 % intervals")
            .text("Control")
            .number("Held-out, greedy", POINTS)
            .number("Progressive", POINTS);
    for (Arm arm : figures.arms()) {
      double[] heldOut = figures.heldOutDifferences(Arm.DPO, arm);
      if (arm != Arm.DPO && heldOut.length > 0) {
        table.row(
            arm.label(),
            Estimate.ofSample(heldOut),
            Estimate.ofSample(figures.progressiveDifferences(Arm.DPO, arm)));
      }
    }
    return table.build();
  }

  private double ratio(Arm arm, boolean answer) {
    double own = figures.mean(arm, r -> answer ? r.answerUpdates() : r.stopUpdates());
    double method = figures.mean(Arm.DPO, r -> answer ? r.answerUpdates() : r.stopUpdates());
    return method == 0 ? 0 : own / method;
  }

  /** Says what kind of mistake the gain removes. */
  void mistakes(Section.Builder section) {
    BarChart.Builder chart =
        BarChart.builder("Mistakes on the held-out problems")
            .note("Mean share of held-out problems over seeds, with 95 % intervals.")
            .values(Axis.of("share of problems", PERCENT));
    List<Mistake> kinds = Arrays.stream(Mistake.values()).filter(m -> m != Mistake.NONE).toList();
    kinds.forEach(kind -> chart.categories(kind.label()));
    for (Arm arm : List.of(Arm.NO_UPDATES, Arm.DPO)) {
      chart.group(arm.label(), kinds.stream().map(kind -> figures.share(arm, kind)).toList());
    }
    section.chart(chart.build());
    Table.Builder table =
        Table.builder("Where the mistakes come from")
            .text("Source")
            .number("No updates", PERCENT)
            .number("Online DPO", PERCENT)
            .number("Removed", POINTS);
    StringBuilder sentence = new StringBuilder("Of the gain, ");
    double gain =
        figures.mean(Arm.DPO, ArmResult::heldOut)
            - figures.mean(Arm.NO_UPDATES, ArmResult::heldOut);
    for (Mistake.Source source : Mistake.Source.values()) {
      if (source != Mistake.Source.NONE) {
        double before = figures.mean(Arm.NO_UPDATES, r -> r.shareOf(source));
        double after = figures.mean(Arm.DPO, r -> r.shareOf(source));
        String name = source.name().toLowerCase(Locale.ROOT);
        table.row(name, before, after, before - after);
        sentence.append(
            "%s%s points are errors of %s"
                .formatted(
                    source == Mistake.Source.STYLE ? "" : ", ", POINTS.bare(before - after), name));
      }
    }
    section.table(table.build());
    section.paragraph(
        sentence
            + " (in all "
            + POINTS.bare(gain)
            + " points). Style is how a solution is written: no answer, no calculation, or a slip"
            + " in a calculation of several steps at once. Reasoning is which calculations are"
            + " done, arithmetic whether a single one is right.");
  }

  /** Says whether learning drifts. */
  void health(Section.Builder section) {
    double chosen = figures.mean(Arm.DPO, ArmResult::chosenReward);
    double chunks = figures.mean(Arm.DPO, ArmResult::heldOutChunks);
    double noAnswers = figures.mean(Arm.DPO, ArmResult::noAnswers);
    section.callout(
        chosen < DECLINE ? Tone.WARNING : Tone.GOOD,
        "Likelihood of the chosen chunks",
        "Their mean implicit reward β (log π − log π_ref) over the last updates is %.2f. Below %.0f the margin would grow only because both sides become less likely."
            .formatted(chosen, DECLINE));
    double undecided = figures.mean(Arm.DPO, ArmResult::undecidedStops);
    if (undecided >= UNDECIDED) {
      section.callout(
          Tone.WARNING,
          "The stop judge could not tell",
          "%.0f %% of its probabilities of \"finished\" lie between 0.4 and 0.6. Let the end of the text decide until it has learned (%s 0.1), or calibrate it (flowdpo calibrate)."
              .formatted(100 * undecided, StopOptions.MARGIN));
    }
    if (figures.mean(Arm.DPO, ArmResult::nodes) > 0) {
      double alike = figures.mean(Arm.DPO, ArmResult::withoutContrast);
      section.callout(
          alike > ALIKE ? Tone.WARNING : Tone.GOOD,
          "Contrast",
          "At %.0f %% of the explored nodes all branches fared alike, so that nothing was learned there."
              .formatted(100 * alike));
    }
    section.callout(
        noAnswers > 0.1 ? Tone.WARNING : Tone.GOOD,
        "Length",
        "The flow ends with %.2f chunks a solution on held-out problems, and %.1f %% of its last %d solutions have no final answer."
            .formatted(chunks, 100 * noAnswers, ArmResult.LAST));
  }
}
