package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.SettingsOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code experiment online}: what online DPO brings, and each of its parts, against controls. */
@Command(
    name = "online",
    description = {
      "The flow with online DPO against the same flow without updates, single pass, one adapter"
          + " only, and supervised training on the flow's own correct traces; progressive"
          + " validation and held-out accuracy over seeds (figures 3 and 4 of the paper).",
      "JSON: a line per run with its result, as in DIR/results.jsonl."
    })
final class OnlineCommand implements Callable<Integer> {
  /** How often a run is kept where its settings say nothing. */
  private static final int CHECKPOINT_PROBLEMS = 500;

  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;
  @Mixin private SettingsOptions file;
  @Mixin private LearningSettings changes;
  @Mixin private ExperimentOptions experiment;
  @Mixin private DistributionOptions distribution;
  @Mixin private ComparisonOptions comparison;

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "How many problems each run learns from; with --resume, runs go on where these are more"
              + " than before; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--adapters",
      paramLabel = "DIR",
      description = "Start every arm from the adapters in DIR/answer and DIR/stop.")
  private Optional<Path> adapters = Optional.empty();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "measured",
      description =
          "What the learner starts from where its settings are not given. measured: what was"
              + " measured best for the bundled model; paper: the paper's values; default:"
              + " ${DEFAULT-VALUE}.")
  private String preset;

  @Option(
      names = "--arms",
      paramLabel = "NAME",
      split = ",",
      description =
          "What to run: flow-dpo, no-updates, single-pass, answer-only, stop-only,"
              + " supervised-equal, supervised; default: all.")
  private List<String> arms = List.of();

  @Option(
      names = "--report-only",
      description = "Run nothing; write the report of the runs in DIR that are done.")
  private boolean reportOnly;

  @Override
  public Integer call() {
    List<Arm> chosen = Arm.named(arms, Arm.ONLINE);
    Optional<ComparisonOptions.Choice> choice = comparison.choose(model.choice(), System.getenv());
    if (choice.isPresent() && !chosen.contains(Arm.DPO)) {
      throw new InvalidInputException(
          "--compare: expected the arm flow-dpo among --arms, found " + arms);
    }
    List<Long> seeds = experiment.seeds();
    OptionRange.atLeast(1, "--problems", problems);
    LearningPlan plan = changes.plan(preset()).withProblems(problems);
    OnlineSettings settings =
        OnlineSettings.of(
            model.choice(), adapters, distribution.chosen(), problems, experiment.heldOut(), plan);
    RunFolder folder =
        experiment.folder(
            ExperimentOptions.GROWING,
            "online",
            settings.describe(seeds),
            reportOnly ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE);
    file.write(folder.file(RunFiles.SETTINGS), LearningSettings.values(plan));
    List<ArmRun> runs = ArmRun.of(chosen, seeds, settings, folder.path(), reportOnly);
    ComparisonFile comparisons = ComparisonFile.open(folder.path());
    List<ArmResult> results = experiment.run(output, "online", runs);
    Optional<FlowException> failure =
        choice.flatMap(
            chosenComparer -> {
              Path learned = ArmRun.folder(folder.path(), Arm.DPO, seeds.get(0));
              return compare(new TraceComparison(settings, learned, chosenComparer, comparisons));
            });
    ComparisonSection compared =
        new ComparisonSection(
            comparisons.rows(), failure.map(FlowException::getMessage).orElse(""));
    if (!compared.results().isEmpty()) {
      JsonText.writeLines(folder.file(WinRateResult.FILE), compared.results());
    }
    experiment.finish(
        output,
        folder,
        results,
        new OnlineReport(settings, seeds, results, compared, Optional.empty()));
    compared.results().forEach(output::result);
    if (failure.isPresent()) {
      throw new FlowException(
          failure.get().getMessage()
              + "\nEverything else is in "
              + folder.path()
              + "; run the command again with --resume to compare again",
          failure.get());
    }
    return 0;
  }

  /** Asks the comparer; a failure of its must not cost what was measured before. */
  private Optional<FlowException> compare(TraceComparison comparison) {
    try {
      experiment.run(output, "compare", List.of(comparison));
      return Optional.empty();
    } catch (FlowException e) {
      return Optional.of(e);
    }
  }

  private LearningPlan preset() {
    try (AdapterFlowEngine engine = model.choice().open(Optional.empty())) {
      return LearningPlan.of(engine, Preset.named(preset).learner())
          .withLearner(learner -> learner.checkpointEveryProblems(CHECKPOINT_PROBLEMS));
    }
  }
}
