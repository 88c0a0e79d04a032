package dev.flowdpo.cli.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.LearningDataOptions;
import dev.flowdpo.cli.options.ObjectiveOptions;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.RunFolderOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.VerifierOptions;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.FlowEngine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code learn}: online DPO over a stream of problems, in a folder that can be resumed. */
@Command(
    name = "learn",
    description = {
      "Learns online: solves each problem, rolls out alternatives at every chunk, and updates the"
          + " Answer and the Stop adapter by DPO.",
      "DIR receives answer/ and stop/ (PEFT adapters), metrics.jsonl,"
          + " answer-pairs.jsonl and stop-pairs.jsonl (preference pairs, for dpo and TRL),"
          + " traces.jsonl (correct solutions, for compile), progressive-validation.png, result.json"
          + " and checkpoint/. A run that was killed ends the same after --resume.",
      "JSON: {\"problems\",\"pairsAnswer\",\"pairsStop\",\"updates\",\"progressiveAccuracy\","
          + "\"progressiveAccuracyFirst200\",\"progressiveAccuracyLast200\",\"heldOutBefore\","
          + "\"heldOutAfter\",\"heldOutProblems\",\"meanChunks\",\"verifierFailures\",\"seconds\"}"
    })
public final class LearnCommand implements Callable<Integer> {
  private static final int DEFAULT_PROBLEMS = 500;

  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private ObjectiveOptions objective;
  @Mixin private LearningDataOptions data;
  @Mixin private VerifierOptions verifier;
  @Mixin private RunFolderOptions out;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--problems",
      paramLabel = "N",
      description =
          "How many problems to learn from; default: "
              + DEFAULT_PROBLEMS
              + ", or all of the file that are not held out.")
  private Optional<Integer> problems = Optional.empty();

  @Option(
      names = "--no-updates",
      description = "A control run: all the same, but the adapters stay as they are.")
  private boolean noUpdates;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Problems between two checkpoints; default: the model's, mostly 100.")
  private Optional<Integer> checkpointEvery = Optional.empty();

  @Override
  public Integer call() {
    problems.ifPresent(n -> OptionRange.atLeast(1, "--problems", n));
    out.check();
    DpoObjective minimised = objective.objective();
    LearningData learningData =
        data.problems(seed.seed(), problems, DEFAULT_PROBLEMS, output.err());
    try (VerifierOptions.Opened opened = verifier.open()) {
      learn(learningData, opened, minimised);
    }
    return 0;
  }

  private void learn(
      LearningData learningData, VerifierOptions.Opened opened, DpoObjective minimised) {
    try (RunFolder folder = out.open(RunFiles.KIND, settings())) {
      learn(learningData, opened, minimised, folder);
    }
  }

  private void learn(
      LearningData learningData,
      VerifierOptions.Opened opened,
      DpoObjective minimised,
      RunFolder folder) {
    AdapterFlowEngine engine = model.open();
    try (Flow flow = Flow.builder().engine(engine).seed(seed.seed()).build()) {
      LearningRun run =
          new LearningRun(flow, engine.tokens(), learningData, folder, progress, output.err());
      LearnerOptions options = learnerOptions(engine, learningData, opened.timeLimit());
      LearningResult result = run.run(opened.verifier(), options, minimised);
      output.report().println(result.summary());
      run.failures().print(output.report());
      output.report().println("Adapters, metrics and chart are in " + out.path());
      output.report().flush();
      output.result(result);
    }
  }

  private LearnerOptions learnerOptions(
      FlowEngine engine, LearningData learningData, Duration verifierTimeLimit) {
    LearnerOptions.Builder options =
        LearningRun.options(engine, seed.seed(), learningData)
            .updates(updates -> updates.enabled(!noUpdates))
            .rollouts(rollouts -> rollouts.verifierTimeLimit(verifierTimeLimit));
    checkpointEvery.ifPresent(options::checkpointEveryProblems);
    return options.build();
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", model.choice().description());
    data.describe(settings);
    settings.put("seed", Long.toString(seed.seed()));
    settings.put("objective", objective.description());
    settings.put("verifier", verifier.description());
    settings.put("heldOut", Integer.toString(data.heldOut()));
    settings.put("updates", Boolean.toString(!noUpdates));
    return settings;
  }
}
