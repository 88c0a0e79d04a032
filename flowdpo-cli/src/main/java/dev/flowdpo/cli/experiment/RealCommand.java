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
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.training.TrainerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
      "Sets: word problems of one step with numbers to 10 and to 20, and of two steps; svamp (the"
          + " file is --data, 300 of its problems are held out, the others come in epochs); and"
          + " sentences and, with more to obey, instructions, whose following can be checked. A run that was killed goes on with --resume.",
      "JSON: a line per run with its result, as in DIR/results.jsonl."
    })
final class RealCommand implements Callable<Integer> {
  private static final int TRACES_A_STEP = 8;
  private static final int EPOCHS = 2;

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
      description =
          "The problems: one-step, one-step-20, two-step, svamp, sentences or instructions.")
  private String set;

  @Option(names = "--data", paramLabel = "FILE", description = "The file of the set svamp.")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--problems",
      paramLabel = "N",
      defaultValue = "600",
      description =
          "How many problems each run learns from; with --resume, runs go on where these are more"
              + " than before; default: ${DEFAULT-VALUE}.")
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
      names = "--compile",
      description =
          "Then fine-tune fresh adapters on the correct traces of the base and of the flow that"
              + " learned, and on right solutions where the set has them, and measure single passes"
              + " (table 1 of the paper); wants the arm flow-dpo.")
  private boolean compile;

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
        OnlineSettings.of(
            choice,
            Optional.empty(),
            learned,
            OptionRange.atLeast(1, "--problems", problems),
            experiment.heldOut(),
            plan);
    RunFolder folder =
        experiment.folder(
            ExperimentOptions.GROWING,
            "real",
            common.describe(seeds),
            reportOnly ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE);
    file.write(folder.file(RunFiles.SETTINGS), LearningSettings.values(plan));
    List<ArmRun> runs = ArmRun.of(chosen, seeds, common, folder.path(), reportOnly);
    List<ArmResult> results = experiment.run(output, "real", runs);
    List<TraceKindResult> compiled = compile ? compile(common, results, folder.path()) : List.of();
    Map<String, String> described = common.describe(seeds);
    experiment.finish(
        output,
        folder,
        Stream.concat(results.stream(), compiled.stream()).toList(),
        new OnlineReport(
            common,
            seeds,
            results,
            new ComparisonSection(List.of(), ""),
            compiled.isEmpty()
                ? Optional.empty()
                : Optional.of(new CompileReport(described, compiled))));
    return 0;
  }

  /** Compiles the traces of each seed whose flow has learned. */
  private List<TraceKindResult> compile(
      OnlineSettings common, List<ArmResult> results, Path experimentFolder) {
    List<TraceKindsRun> runs =
        results.stream()
            .filter(result -> result.arm().equals(Arm.DPO.folder()))
            .map(
                result ->
                    new TraceKindsRun(
                        result.seed(),
                        common,
                        training(common.learner()),
                        experimentFolder,
                        Optional.of(ArmRun.folder(experimentFolder, Arm.DPO, result.seed()))))
            .toList();
    if (runs.isEmpty()) {
      throw new InvalidInputException(
          "--compile: expected runs of %s, whose flows write the traces, found none; name that arm"
                  .formatted(Arm.DPO.folder())
              + " in --arms");
    }
    return experiment.run(output, "compile", runs).stream().flatMap(List::stream).toList();
  }

  /** Returns how a fresh adapter is trained: like the supervised control, twice over the traces. */
  private static TrainerOptions training(LearnerOptions method) {
    return TrainerOptions.builder()
        .lora(method.lora())
        .learningRate(Arm.SUPERVISED_RATE * method.rates().answer())
        .batch(TRACES_A_STEP)
        .accumulation(1)
        .epochs(EPOCHS)
        .heldOutShare(0)
        .build();
  }

  /** Returns what fits the model, with what was given. */
  private LearningPlan plan(ModelChoice choice) {
    try (AdapterFlowEngine engine = choice.open(Optional.empty())) {
      return settings.plan(engine).withProblems(problems);
    }
  }
}
