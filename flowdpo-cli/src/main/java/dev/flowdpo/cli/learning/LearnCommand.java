package dev.flowdpo.cli.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.ClusterOptions;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.LearningDataOptions;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.LearningSettings;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.RunFolderOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.SettingsOptions;
import dev.flowdpo.cli.options.StopOptions;
import dev.flowdpo.cli.options.VerifierOptions;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
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
      "DIR receives answer/ and stop/ (PEFT adapters), metrics.jsonl, answer-pairs.jsonl and"
          + " stop-pairs.jsonl (preference pairs, for dpo and TRL), traces.jsonl (correct"
          + " solutions, for compile), progressive-validation.png, result.json, settings.json (for"
          + " --settings) and checkpoint/. A run that was killed ends the same after --resume.",
      "JSON: {\"problems\",\"pairsAnswer\",\"pairsStop\",\"updates\",\"progressiveAccuracy\","
          + "\"progressiveAccuracyFirst200\",\"progressiveAccuracyLast200\",\"heldOutBefore\","
          + "\"heldOutAfter\",\"heldOutProblems\",\"meanChunks\",\"verifierFailures\",\"undecidedStops\","
          + "\"nodes\",\"nodesWithoutContrast\",\"seconds\",\"settings\":{\"fit\",\"values\"}}"
    })
public final class LearnCommand implements Callable<Integer> {
  private static final int DEFAULT_PROBLEMS = 500;

  /** What a run that goes on may have otherwise. */
  private static final List<String> MAY_CHANGE =
      List.of("checkpoint-every", "parallel-verifications", "kept-versions");

  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private SettingsOptions file;
  @Mixin private LearningSettings settings;
  @Mixin private StopOptions stop;
  @Mixin private LearningDataOptions data;
  @Mixin private VerifierOptions verifier;
  @Mixin private ClusterOptions cluster;
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

  @Override
  public Integer call() {
    problems.ifPresent(n -> OptionRange.atLeast(1, "--problems", n));
    cluster.check();
    out.check();
    LearningData learningData =
        data.problems(seed.seed(), problems, DEFAULT_PROBLEMS, output.err());
    try (VerifierOptions.Opened opened = verifier.open()) {
      learn(learningData, opened);
    }
    return 0;
  }

  private void learn(LearningData learningData, VerifierOptions.Opened opened) {
    try (AdapterFlowEngine engine = model.choice(stop).open(Optional.empty())) {
      LearningPlan plan = plan(engine, learningData, opened.timeLimit());
      Map<String, Object> values = LearningSettings.values(plan);
      try (RolloutExecutor executor =
              cluster.open(model.choice(stop).settings(), verifier.factory());
          RunFolder folder = out.open(RunFiles.KIND, describe(values))) {
        file.write(folder.file(RunFiles.SETTINGS), values);
        learn(engine, executor, plan, learningData, opened, folder);
      }
    }
  }

  private void learn(
      AdapterFlowEngine engine,
      RolloutExecutor executor,
      LearningPlan plan,
      LearningData learningData,
      VerifierOptions.Opened opened,
      RunFolder folder) {
    try (Flow flow = plan.flow(engine)) {
      LearningRun run =
          new LearningRun(
              flow, engine.tokens(), executor, learningData, folder, progress, output.err());
      LearningResult result =
          run.run(
              opened.verifier(),
              plan,
              new LearningResult.Settings(
                  engine.learningDefaults().fits(), LearningSettings.values(plan)));
      output.report().println(result.summary());
      run.failures().print(output.report());
      output.report().println("Adapters, metrics, settings and chart are in " + out.path());
      output.report().flush();
      output.result(result);
    }
  }

  private LearningPlan plan(
      AdapterFlowEngine engine, LearningData learningData, Duration verifierTimeLimit) {
    LearningPlan plan =
        settings.plan(engine).withSeed(seed.seed()).withProblems(learningData.problems().size());
    return plan.withLearner(
        learner -> {
          learner.updates(updates -> updates.enabled(!noUpdates));
          learner.rollouts(rollouts -> rollouts.verifierTimeLimit(verifierTimeLimit));
        });
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> describe(Map<String, Object> values) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("model", model.choice().description());
    data.describe(described);
    described.put("seed", Long.toString(seed.seed()));
    described.put("verifier", verifier.description());
    described.put("heldOut", Integer.toString(data.heldOut()));
    described.put("updates", Boolean.toString(!noUpdates));
    cluster.describe(described);
    values.forEach((name, value) -> described.put(name, value.toString()));
    MAY_CHANGE.forEach(described::remove);
    described.remove("lag", "0"); // folders of earlier versions do not name it
    return described;
  }
}
