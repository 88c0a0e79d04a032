package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.ModelChoice;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.SettingsOptions;
import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code experiment real}: what online learning brings to a real language model, set by set. */
@Command(
    name = "real",
    description = {
      "A real language model on one of a ladder of problem sets: the flow with online DPO, with"
          + " rewards in groups, without updates, supervised on its own correct traces, a single"
          + " pass, and DPO on the rollouts of the base; progressive validation and held-out"
          + " accuracy over seeds, with intervals of 95 per cent and paired differences.",
      "Sets: one-step and two-step word problems with small numbers, svamp (the file is --data, 300"
          + " of its problems are held out, the others come in epochs), and instructions whose"
          + " following can be checked. A run that was killed goes on with --resume.",
      "JSON: a line per run with its result, as in DIR/results.jsonl."
    })
final class RealCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;
  @Mixin private StopOptions stop;
  @Mixin private SettingsOptions file;
  @Mixin private LearningSettings settings;
  @Mixin private ExperimentOptions experiment;

  @Option(
      names = "--set",
      paramLabel = "NAME",
      required = true,
      description = "The problems: one-step, two-step, svamp or instructions.")
  private String set;

  @Option(names = "--data", paramLabel = "FILE", description = "The file of the set svamp.")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "600",
      description = "How many problems each run learns from; default: ${DEFAULT-VALUE}.")
  private int problems;

  @Option(
      names = "--arms",
      paramLabel = "NAME",
      split = ",",
      description =
          "What to run: flow-dpo, group-relative, no-updates, supervised-equal, supervised,"
              + " supervised-as-long, single-pass, offline-dpo; default: all.")
  private List<String> arms = List.of();

  @Option(
      names = "--report-only",
      description = "Run nothing; write the report of the runs in DIR that are done.")
  private boolean reportOnly;

  @Override
  public Integer call() {
    List<Arm> chosen = Arm.named(arms, Arm.REAL);
    ProblemSet learned = Ladder.named(set, data);
    ModelChoice choice = model.choice(stop);
    LearningPlan plan = plan(choice);
    List<Long> seeds = experiment.seeds();
    OnlineSettings common =
        new OnlineSettings(
            choice,
            Optional.empty(),
            learned,
            OptionRange.atLeast(1, "--problems", problems),
            experiment.heldOut(),
            plan.learner(),
            plan.objective(),
            plan.withGroups().objective(),
            plan.rule(),
            Optional.of(plan.flow()));
    RunFolder folder =
        experiment.folder(
            "real",
            common.describe(seeds),
            reportOnly ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE);
    file.write(folder.file(RunFiles.SETTINGS), LearningSettings.values(plan));
    List<ArmRun> runs = new ArrayList<>();
    for (long seed : seeds) {
      for (Arm arm : chosen) {
        ArmRun run = new ArmRun(arm, seed, common, folder.path());
        if (!reportOnly || run.isDone()) {
          runs.add(run);
        }
      }
    }
    if (runs.isEmpty()) {
      throw new InvalidInputException(
          folder.path() + ": expected runs that are done, found none; leave out --report-only");
    }
    List<ArmResult> results = experiment.run(output, "real", runs);
    experiment.finish(
        output,
        folder,
        results,
        new OnlineReport(common, seeds, results, new ComparisonSection(List.of(), "")));
    return 0;
  }

  /** Returns what fits the model, with what was given. */
  private LearningPlan plan(ModelChoice choice) {
    try (AdapterFlowEngine engine = choice.open(Optional.empty())) {
      return settings.plan(engine).withProblems(problems);
    }
  }
}
