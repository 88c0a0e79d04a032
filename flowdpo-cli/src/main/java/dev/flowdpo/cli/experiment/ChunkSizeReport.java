package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.Band;
import dev.flowdpo.cli.report.Estimate;
import dev.flowdpo.cli.report.LineChart;
import dev.flowdpo.cli.report.Report;
import dev.flowdpo.cli.report.Section;
import dev.flowdpo.cli.report.Series;
import dev.flowdpo.cli.report.Table;
import dev.flowdpo.cli.report.Tile;
import dev.flowdpo.cli.report.Tone;
import dev.flowdpo.cli.report.ValueFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What an experiment with chunk sizes found, for people. Immutable. */
final class ChunkSizeReport implements ExperimentReport {
  private static final ValueFormat PERCENT = ValueFormat.percent();
  private static final ValueFormat TENTHS = ValueFormat.decimal(1);

  private final OnlineSettings settings;
  private final List<Long> seeds;
  private final List<ChunkSizeResult> results;
  private final List<Integer> sizes;

  ChunkSizeReport(OnlineSettings settings, List<Long> seeds, List<ChunkSizeResult> results) {
    this.settings = settings;
    this.seeds = List.copyOf(seeds);
    this.results = List.copyOf(results);
    this.sizes = results.stream().map(ChunkSizeResult::chunkSize).distinct().sorted().toList();
  }

  /** Returns a line for each size. */
  @Override
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (int size : sizes) {
      text.append(
          String.format(
              Locale.ROOT,
              "chunks of %2d: held-out %5.1f%% -> %5.1f%%  chunks %5.2f  judge calls %5.2f  pairs"
                  + " %.0f + %.0f  learning %.0f s%n",
              size,
              100 * estimate(size, ChunkSizeResult::before).value(),
              100 * estimate(size, ChunkSizeResult::after).value(),
              estimate(size, ChunkSizeResult::chunks).value(),
              estimate(size, ChunkSizeResult::judgeCalls).value(),
              estimate(size, ChunkSizeResult::answerPairs).value(),
              estimate(size, ChunkSizeResult::stopPairs).value(),
              estimate(size, ChunkSizeResult::learnSeconds).value()));
    }
    return text.toString();
  }

  private Estimate estimate(int size, ToDoubleFunction<ChunkSizeResult> figure) {
    return Estimate.ofSample(
        results.stream().filter(r -> r.chunkSize() == size).mapToDouble(figure).toArray());
  }

  @Override
  public Report page(Path folder) {
    return Report.builder("Chunk size on " + settings.distribution() + " problems")
        .subtitle(
            "Online DPO on %d problems with each size, %d seeds, %d held out."
                .formatted(settings.problems(), seeds.size(), settings.heldOut()))
        .tile(range("Held-out accuracy before", PERCENT, ChunkSizeResult::before))
        .tile(range("Held-out accuracy after", PERCENT, ChunkSizeResult::after))
        .tile(range("Judge calls a solution", TENTHS, ChunkSizeResult::judgeCalls))
        .section("Accuracy and cost", this::figures)
        .section("Settings", section -> section.definitions("", settings.describe(seeds)))
        .build();
  }

  /** Returns a tile with the lowest and the highest mean of all sizes. */
  private Tile range(String label, ValueFormat format, ToDoubleFunction<ChunkSizeResult> figure) {
    DoubleSummaryStatistics means =
        sizes.stream().mapToDouble(size -> estimate(size, figure).value()).summaryStatistics();
    return new Tile(
        label,
        format.bare(means.getMin()) + " to " + format.text(means.getMax()),
        "",
        "lowest and highest size",
        Tone.NEUTRAL);
  }

  private void figures(Section.Builder section) {
    section.paragraph(
        "Small chunks let the Stop model and the rollouts look at every step, and cost a judgement"
            + " for each. One chunk as long as the answer is ordinary generation, whose rollouts"
            + " compare whole answers.");
    section.chart(
        chart("Held-out accuracy", Axis.share("share right"))
            .series(series("before learning", ChunkSizeResult::before))
            .series(series("after online DPO", ChunkSizeResult::after))
            .series(series("progressive", ChunkSizeResult::progressive))
            .build());
    section.chart(
        chart("Pairs from the same problems", Axis.count("pairs"))
            .series(series("Answer pairs", ChunkSizeResult::answerPairs))
            .series(series("Stop pairs", ChunkSizeResult::stopPairs))
            .build());
    section.chart(
        chart("Cost of a held-out solution", Axis.of("calls", TENTHS))
            .series(series("judge calls", ChunkSizeResult::judgeCalls))
            .build());
    Table.Builder accuracy =
        Table.builder("Accuracy, means over seeds with 95 % intervals")
            .number("Tokens a chunk", ValueFormat.integer())
            .number("Most chunks", ValueFormat.integer())
            .number("Before", PERCENT)
            .number("After", PERCENT)
            .number("Progressive", PERCENT);
    Table.Builder cost =
        Table.builder("Cost and pairs, means over seeds")
            .number("Tokens a chunk", ValueFormat.integer())
            .number("Chunks", TENTHS)
            .number("Tokens", TENTHS)
            .number("Judge calls", TENTHS)
            .number("ms a solution", TENTHS)
            .number("Answer pairs", ValueFormat.integer())
            .number("Stop pairs", ValueFormat.integer())
            .number("Learning, s", TENTHS);
    for (int size : sizes) {
      accuracy.row(
          size,
          estimate(size, ChunkSizeResult::maxChunks).value(),
          estimate(size, ChunkSizeResult::before),
          estimate(size, ChunkSizeResult::after),
          estimate(size, ChunkSizeResult::progressive));
      cost.row(
          size,
          estimate(size, ChunkSizeResult::chunks).value(),
          estimate(size, ChunkSizeResult::tokens).value(),
          estimate(size, ChunkSizeResult::judgeCalls).value(),
          estimate(size, ChunkSizeResult::millis).value(),
          estimate(size, ChunkSizeResult::answerPairs).value(),
          estimate(size, ChunkSizeResult::stopPairs).value(),
          estimate(size, ChunkSizeResult::learnSeconds).value());
    }
    section.table(accuracy.build());
    section.table(cost.build());
    section.paragraph(
        "Chunks, tokens and judge calls are those of a held-out solution after learning. Times hold"
            + " for the load of the machine at that moment; counts do not depend on it.");
  }

  private LineChart.Builder chart(String title, Axis y) {
    return LineChart.builder(title)
        .note("Mean over seeds; the band reaches from the lowest seed to the highest.")
        .x(Axis.of("tokens a chunk", ValueFormat.integer()).onLogarithmicScale())
        .y(y);
  }

  private Series series(String label, ToDoubleFunction<ChunkSizeResult> figure) {
    List<double[]> runs = new ArrayList<>();
    for (long seed : seeds) {
      runs.add(
          sizes.stream()
              .mapToDouble(
                  size ->
                      results.stream()
                          .filter(r -> r.chunkSize() == size && r.seed() == seed)
                          .mapToDouble(figure)
                          .findFirst()
                          .orElseThrow())
              .toArray());
    }
    double[] places = sizes.stream().mapToDouble(size -> size).toArray();
    return Series.over(label, places, runs, Band.RANGE);
  }
}
