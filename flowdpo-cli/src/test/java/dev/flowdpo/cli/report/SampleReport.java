package dev.flowdpo.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A report with every kind of block, around real runs. */
final class SampleReport {
  private static final double[] CHUNK_SIZES = {8, 16, 32, 64, 128};

  private SampleReport() {}

  static Report of(RealRuns runs) {
    return Report.builder("Online learning of the bundled model")
        .subtitle(
            "Flow with online DPO against the same flow without updates and five other controls,"
                + " on generated word problems. The long curves and the bars are made up to show"
                + " the page; the trees and the short curves are real.")
        .tile(Tile.share("Held-out accuracy after learning", estimate(0.713), 0.122, "no updates"))
        .tile(Tile.share("Progressive accuracy, last 200", estimate(0.688), 0.131, "no updates"))
        .tile(
            new Tile(
                "Mean chunks",
                "3.4",
                "+0.2 against start",
                "no drift to never stopping",
                Tone.NEUTRAL))
        .tile(
            new Tile(
                "Chosen log-probability",
                "−4.1",
                "−2.9 against start",
                "falls: see the warning",
                Tone.WARNING))
        .section("Progressive validation", section -> validation(section, runs))
        .section("Compile stage", SampleReport::compile)
        .section("Chunk size", SampleReport::chunkSize)
        .section("Explanations compared", SampleReport::judge)
        .section(
            "Rollout trees",
            section ->
                section
                    .paragraph(
                        "A few problems with everything that was tried on them. The number between"
                            + " two chunks is the judge's probability that the answer was"
                            + " finished.")
                    .trees(telling(runs.trees())))
        .section("How it was run", SampleReport::setting)
        .build();
  }

  private static void validation(Section.Builder section, RealRuns runs) {
    section.paragraph(
        "Every problem counts **before** the flow learns from it: `Acc(n)` is the mean over the"
            + " first n. The band runs from the lowest seed to the highest.");
    double[] x = IntStream.rangeClosed(1, 2000).asDoubleStream().toArray();
    String[] names = {
      "Flow with online DPO",
      "no updates",
      "single pass",
      "Answer adapter only",
      "Stop adapter only",
      "supervised on correct traces"
    };
    double[] ends = {0.69, 0.14, 0.09, 0.58, 0.2, 0.52};
    LineChart.Builder chart =
        LineChart.builder("Accuracy over 2,000 problems")
            .note("mean over 5 seeds, band from lowest to highest")
            .x(Axis.count("problems learned from"))
            .y(Axis.share("accuracy of the last 100"));
    for (int i = 0; i < names.length; i++) {
      List<double[]> curves = new ArrayList<>();
      for (int seed = 0; seed < 5; seed++) {
        curves.add(illustration(x.length, ends[i], new Random(31L * i + seed)));
      }
      chart.series(Series.over(names[i], x, curves, Band.RANGE));
    }
    section.chart(chart.level("held-out before", 0.122).level("held-out after", 0.713).build());
    double[] few = IntStream.rangeClosed(1, RealRuns.PROBLEMS).asDoubleStream().toArray();
    section.chart(
        LineChart.builder("The first " + RealRuns.PROBLEMS + " problems, as they were run")
            .note("the band runs from one seed to the other")
            .x(Axis.count("problems learned from"))
            .y(Axis.share("Acc(n)"))
            .series(Series.over("mean of both seeds", few, runs.learned(), Band.RANGE))
            .series(Series.line("seed 0", few, runs.learned().get(0)))
            .series(Series.line("seed 1", few, runs.learned().get(1)))
            .build());
    section.callout(
        Tone.WARNING,
        "The chosen completions grow less likely",
        "Their mean log-probability fell from −1.2 to −4.1; an NLL term (`--nll 0.1`) holds it"
            + " up.");
    section.callout(
        Tone.NEUTRAL, "What the gain removes", "Most of it is wrong operations, not arithmetic.");
  }

  private static double[] illustration(int count, double end, Random random) {
    double[] curve = new double[count];
    double noise = 0;
    double level = end + 0.05 * random.nextGaussian();
    for (int i = 0; i < count; i++) {
      noise = 0.985 * noise + 0.004 * random.nextGaussian();
      double value = 0.12 + (level - 0.12) * (1 - Math.exp(-i / 450.0)) + noise;
      curve[i] = Math.min(1, Math.max(0, value));
    }
    return curve;
  }

  private static void compile(Section.Builder section) {
    List<String> rows =
        List.of(
            "Zero-shot single pass",
            "SFT on ground truth",
            "SFT on self-generated traces",
            "SFT on Flow traces");
    double[] builtIn = {0.122, 0.512, 0.488, 0.631};
    double[] harder = {0.041, 0.233, 0.198, 0.302};
    Table.Builder table =
        Table.builder("Accuracy of a single pass after fine-tuning")
            .text("training data")
            .number("built-in set", ValueFormat.percent())
            .number("harder set", ValueFormat.percent())
            .column(Column.number("traces", ValueFormat.integer()))
            .column(Column.number("time", "s", ValueFormat.decimal(1)));
    for (int i = 0; i < rows.size(); i++) {
      table.row(
          rows.get(i),
          estimate(builtIn[i]),
          estimate(harder[i]),
          i == 0 ? Double.NaN : 1234 * i,
          12.34 * i);
    }
    section.table(table.build());
    section.chart(
        BarChart.builder("The four columns of the paper's Table 1")
            .note("mean of 5 seeds with 95 % intervals")
            .values(Axis.share("accuracy"))
            .categories(rows.toArray(new String[0]))
            .group("built-in set", estimates(builtIn))
            .group("harder set", estimates(harder))
            .build());
  }

  private static void chunkSize(Section.Builder section) {
    double[] small = {0.52, 0.61, 0.66, 0.64, 0.57};
    double[] other = {0.55, 0.63, 0.69, 0.65, 0.6};
    section.chart(
        LineChart.builder("Accuracy by chunk size")
            .x(Axis.of("tokens in a chunk", ValueFormat.integer()).onLogarithmicScale())
            .y(Axis.of("held-out accuracy", ValueFormat.percent()))
            .series(Series.over("Flow", CHUNK_SIZES, List.of(small, other), Band.CONFIDENCE_95))
            .build());
  }

  private static void judge(Section.Builder section) {
    section.winRates(
        new WinRates(
            "Which explanation is clearer and more correct",
            "Local policy as a judge, both orders; a verdict that changes with the order is a tie.",
            List.of(
                new WinRates.Row("Flow", "Zero-shot", 131, 42, 27),
                new WinRates.Row("Flow", "SFT on ground truth", 88, 61, 51))));
  }

  private static void setting(Section.Builder section) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("model", "bundled, 0.9 M parameters");
    entries.put("problems", "2,000 for each seed, streams 0 to 4");
    entries.put("learning rate", "2e-3, Answer and Stop");
    entries.put("β", "0.3");
    section.definitions("Configuration", entries);
    section.preformatted(
        "Command", "flowdpo experiment online --seeds 5 --problems 2000 --out runs/online");
  }

  /** Returns the two trees with the most pairs of those that went right, and of the others. */
  private static List<ReportTree> telling(List<ReportTree> trees) {
    return Stream.of(true, false)
        .flatMap(
            right ->
                trees.stream()
                    .filter(tree -> tree.original().verdict().correct() == right)
                    .sorted(
                        Comparator.comparingInt(ReportTree::pairCount)
                            .reversed()
                            .thenComparing(ReportTree::problemId))
                    .limit(2))
        .toList();
  }

  private static List<Estimate> estimates(double[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> estimate(values[i])).toList();
  }

  private static Estimate estimate(double value) {
    return new Estimate(value, value - 0.031, value + 0.028);
  }
}
