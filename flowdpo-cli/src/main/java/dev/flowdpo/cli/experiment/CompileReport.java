package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.BarChart;
import dev.flowdpo.cli.report.Estimate;
import dev.flowdpo.cli.report.Report;
import dev.flowdpo.cli.report.Section;
import dev.flowdpo.cli.report.Table;
import dev.flowdpo.cli.report.Tile;
import dev.flowdpo.cli.report.Tone;
import dev.flowdpo.cli.report.ValueFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What a compile experiment found, for people. Immutable. */
final class CompileReport implements ExperimentReport {
  private static final ValueFormat PERCENT = ValueFormat.percent();
  private static final ValueFormat POINTS = ValueFormat.points();

  private final Map<String, String> settings;
  private final List<TraceKindResult> results;
  private final List<String> sets;
  private final List<TraceKind> kinds;

  CompileReport(Map<String, String> settings, List<TraceKindResult> results) {
    this.settings = new TreeMap<>(settings);
    this.results = List.copyOf(results);
    this.sets = results.stream().map(TraceKindResult::distribution).distinct().toList();
    this.kinds =
        Arrays.stream(TraceKind.values())
            .filter(kind -> results.stream().anyMatch(r -> r.kind().equals(kind.folder())))
            .toList();
  }

  /** Returns a line for each set and kind. */
  @Override
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (String set : sets) {
      for (TraceKind kind : kinds) {
        Estimate accuracy = estimate(set, kind, TraceKindResult::accuracy);
        text.append(
            String.format(
                Locale.ROOT,
                "%-11s %-28s single pass %5.1f%% [%.1f, %.1f]  traces %.0f%n",
                set,
                kind.label(),
                100 * accuracy.value(),
                100 * accuracy.low(),
                100 * accuracy.high(),
                estimate(set, kind, TraceKindResult::traces).value()));
      }
      text.append(order(set)).append(System.lineSeparator());
    }
    return text.toString();
  }

  private List<TraceKindResult> of(String set, TraceKind kind) {
    return results.stream()
        .filter(r -> r.distribution().equals(set) && r.kind().equals(kind.folder()))
        .toList();
  }

  private Estimate estimate(String set, TraceKind kind, ToDoubleFunction<TraceKindResult> figure) {
    return Estimate.ofSample(of(set, kind).stream().mapToDouble(figure).toArray());
  }

  private List<SeedPair<TraceKindResult>> pairs(String set, TraceKind kind, TraceKind other) {
    return SeedPair.of(of(set, kind), of(set, other), TraceKindResult::seed);
  }

  /** Returns by how much one kind is above another on the same seeds. */
  private Estimate difference(String set, TraceKind kind, TraceKind other) {
    return Estimate.ofSample(
        SeedPair.differences(pairs(set, kind, other), TraceKindResult::accuracy));
  }

  /** Returns by how much one kind is above another on each problem, as the mean over seeds. */
  private double[] problemDifferences(String set, TraceKind kind, TraceKind other) {
    return SeedPair.meansByProblem(pairs(set, kind, other), TraceKindResult::heldOutOutcomes);
  }

  private Table byProblem() {
    Table.Builder table =
        Table.builder("Paired by held-out problem, with 95 % intervals")
            .text("Problems")
            .number("flow traces above self-generated", POINTS)
            .number("self-generated above zero-shot", POINTS);
    for (String set : sets) {
      table.row(
          set,
          Estimate.ofSample(problemDifferences(set, TraceKind.FLOW, TraceKind.SELF)),
          Estimate.ofSample(problemDifferences(set, TraceKind.SELF, TraceKind.ZERO_SHOT)));
    }
    return table.build();
  }

  private boolean isPaperOrder(String set) {
    return difference(set, TraceKind.FLOW, TraceKind.SELF).low() > 0
        && difference(set, TraceKind.SELF, TraceKind.ZERO_SHOT).low() > 0;
  }

  private String order(String set) {
    Estimate flow = difference(set, TraceKind.FLOW, TraceKind.SELF);
    Estimate self = difference(set, TraceKind.SELF, TraceKind.ZERO_SHOT);
    return "%s: flow traces are %s points above self-generated ones [%s, %s], these %s above zero-shot [%s, %s]; the paper's order %s."
        .formatted(
            set,
            POINTS.bare(flow.value()),
            POINTS.bare(flow.low()),
            POINTS.bare(flow.high()),
            POINTS.bare(self.value()),
            POINTS.bare(self.low()),
            POINTS.bare(self.high()),
            isPaperOrder(set) ? "holds" : "is not shown");
  }

  @Override
  public Report page(Path folder) {
    Report.Builder report =
        Report.builder("The compile stage")
            .subtitle(
                "Single-pass accuracy after fine-tuning on different traces of the same problems.");
    for (String set : sets) {
      report.tile(
          Tile.share(
              "Flow traces, " + set,
              estimate(set, TraceKind.FLOW, TraceKindResult::accuracy),
              estimate(set, TraceKind.SELF, TraceKindResult::accuracy).value(),
              "self-generated"));
    }
    return report
        .section("Table 1", this::table)
        .section("What the columns are", this::describe)
        .section("Settings", section -> section.definitions("", settings))
        .build();
  }

  /** Adds the table, and what the columns are. */
  void fill(Section.Builder section) {
    table(section);
    describe(section);
  }

  private void table(Section.Builder section) {
    Table.Builder table =
        Table.builder("Held-out single-pass accuracy, means over seeds with 95 % intervals")
            .text("Problems");
    Table.Builder traces = Table.builder("Traces, means over seeds").text("Problems");
    BarChart.Builder chart =
        BarChart.builder("Held-out single-pass accuracy")
            .note("Means over seeds with 95 % intervals of Student's t.")
            .values(Axis.share("share right"));
    for (TraceKind kind : kinds) {
      table.number(kind.label(), PERCENT);
      traces.number(kind.label(), ValueFormat.integer());
      chart.categories(kind.label());
    }
    table.number("the learned flow itself", PERCENT);
    for (String set : sets) {
      List<Object> row = new ArrayList<>(List.of(set));
      List<Object> counts = new ArrayList<>(List.of(set));
      List<Estimate> bars = new ArrayList<>();
      for (TraceKind kind : kinds) {
        Estimate accuracy = estimate(set, kind, TraceKindResult::accuracy);
        row.add(accuracy);
        bars.add(accuracy);
        counts.add(estimate(set, kind, TraceKindResult::traces).value());
      }
      row.add(estimate(set, TraceKind.FLOW, TraceKindResult::flowAccuracy));
      table.row(row.toArray());
      traces.row(counts.toArray());
      chart.group(set, bars);
    }
    section.table(table.build()).chart(chart.build()).table(byProblem()).table(traces.build());
    for (String set : sets) {
      section.callout(isPaperOrder(set) ? Tone.GOOD : Tone.WARNING, set, order(set));
    }
  }

  private void describe(Section.Builder section) {
    section.paragraph(
        "All adapters are fresh, of the same rank, trained with the same prompts, steps per trace"
            + " and learning rate; only the traces differ. Incorrect traces are left out.");
    kinds.forEach(kind -> section.paragraph("**" + kind.label() + "**: " + kind.description()));
  }
}
