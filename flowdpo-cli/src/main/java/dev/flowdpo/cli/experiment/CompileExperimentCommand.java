package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code experiment compile}: table 1 of the paper, at the scale of a laptop. */
@Command(
    name = "compile",
    description = {
      "Single-pass accuracy of the base and of fresh adapters that were fine-tuned on ground truth,"
          + " on the base's own correct traces, and on the correct traces of a flow after online"
          + " DPO, all on the same problems with the same prompts (table 1 of the paper).",
      "JSON: a line per result, as in DIR/results.jsonl."
    })
final class CompileExperimentCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;
  @Mixin private ExperimentOptions experiment;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many problems give traces; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--distributions",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "standard,misleading",
      description =
          "Sets of problems, of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}. Each learns"
              + " and is measured by itself.")
  private List<Distribution> distributions = List.of();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "measured",
      description =
          "measured: what was measured best for the bundled model; paper: the paper's values for"
              + " fine-tuning; default: ${DEFAULT-VALUE}.")
  private String preset;

  @Override
  public Integer call() {
    distributions = distributions.stream().distinct().toList(); // two runs must not share a folder
    List<Long> seeds = experiment.seeds();
    TrainerOptions training = Preset.named(preset).training();
    List<TraceKindsRun> runs = new ArrayList<>();
    Map<String, String> described = new HashMap<>();
    for (Distribution distribution : distributions) {
      described.putAll(settings(distribution).describe(seeds));
    }
    described.put("distribution", distributions.toString());
    described.put("training", training.toString());
    RunFolder folder =
        experiment.folder(
            ExperimentOptions.FOLDER, "compile", described, RunFolder.Existing.REFUSE);
    for (long seed : seeds) {
      for (Distribution distribution : distributions) {
        runs.add(
            new TraceKindsRun(
                seed, settings(distribution), training, folder.path(), Optional.empty()));
      }
    }
    List<TraceKindResult> results =
        experiment.run(output, "compile", runs).stream().flatMap(List::stream).toList();
    experiment.finish(output, folder, results, new CompileReport(described, results));
    return 0;
  }

  private OnlineSettings settings(Distribution distribution) {
    return new OnlineSettings(
        model.choice(),
        Optional.empty(),
        distribution,
        OptionRange.atLeast(1, "--problems", problems),
        experiment.heldOut(),
        BundledModel.learnerOptions(),
        DpoObjective.paper());
  }
}
