package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code experiment chunk-size}: from a few tokens at a time to the whole answer at once. */
@Command(
    name = "chunk-size",
    description = {
      "Accuracy, cost and pairs of flows whose chunks are of different sizes, before and after"
          + " online DPO. One chunk as long as the answer is ordinary generation.",
      "JSON: a line per run with its result, as in DIR/results.jsonl."
    })
final class ChunkSizeCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;
  @Mixin private ExperimentOptions experiment;
  @Mixin private DistributionOptions distribution;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many problems each run learns from; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--sizes",
      paramLabel = "N",
      split = ",",
      defaultValue = "2,4,8,12,16,24,48",
      description = "Tokens a chunk; default: ${DEFAULT-VALUE}.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "48",
      description = "Most tokens of a solution; default: ${DEFAULT-VALUE}.")
  private int tokens;

  @Override
  public Integer call() {
    sizes.forEach(size -> OptionRange.atLeast(1, "--sizes", size));
    sizes = sizes.stream().distinct().toList(); // two runs must not share a folder
    List<Long> seeds = experiment.seeds();
    OnlineSettings settings =
        new OnlineSettings(
            model.choice(),
            Optional.empty(),
            distribution.chosen(),
            OptionRange.atLeast(1, "--problems", problems),
            experiment.heldOut(),
            BundledModel.learnerOptions(),
            DpoObjective.paper());
    Map<String, String> described = new HashMap<>(settings.describe(seeds));
    described.put("sizes", sizes.toString());
    described.put("tokens", Integer.toString(OptionRange.atLeast(1, "--tokens", tokens)));
    RunFolder folder =
        experiment.folder(
            ExperimentOptions.FOLDER, "chunk-size", described, RunFolder.Existing.REFUSE);
    List<ChunkSizeRun> runs = new ArrayList<>();
    for (long seed : seeds) {
      for (int size : sizes) {
        runs.add(new ChunkSizeRun(size, tokens, seed, settings, folder.path()));
      }
    }
    List<ChunkSizeResult> results = experiment.run(output, "chunk-size", runs);
    experiment.finish(output, folder, results, new ChunkSizeReport(settings, seeds, results));
    return 0;
  }
}
