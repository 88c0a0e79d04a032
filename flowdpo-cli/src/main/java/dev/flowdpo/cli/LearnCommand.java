package dev.flowdpo.cli;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.spi.FlowEngine;
import java.nio.file.Path;
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
      "DIR receives answer/ and stop/ (PEFT adapters), metrics.jsonl, pairs.jsonl (preference pairs"
          + " as TRL reads them), traces.jsonl (correct solutions, for compile),"
          + " progressive-validation.png, result.json and checkpoint/. A run that was killed ends"
          + " the same after --resume.",
      "JSON: {\"problems\",\"pairsAnswer\",\"pairsStop\",\"updates\",\"progressiveAccuracy\","
          + "\"progressiveAccuracyFirst200\",\"progressiveAccuracyLast200\",\"heldOutBefore\","
          + "\"heldOutAfter\",\"heldOutProblems\",\"meanChunks\",\"verifierFailures\",\"seconds\"}"
    })
final class LearnCommand implements Callable<Integer> {
  private static final int DEFAULT_PROBLEMS = 500;

  @Mixin private CommonOptions common;
  @Mixin private ObjectiveOptions objective;
  @Mixin private DataOptions dataOptions;
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
      names = "--data",
      paramLabel = "FILE",
      description = {
        "Problems, a JSON object a line or an array of them, in the form of GSM8K, MATH or"
            + " MetaMathQA or with question and answer, taken in this order; default: generated"
            + " word problems.",
        "A fifth of its questions, those with the smallest hashes, is held out: measured on, never"
            + " learned from."
      })
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "" + HeldOut.DEFAULT,
      description =
          "How many held-out problems to measure on, greedily, before and after; default:"
              + " ${DEFAULT-VALUE}.")
  private int heldOut;

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
    OptionRange.atLeast(1, "--held-out", heldOut);
    dataOptions.check();
    out.check();
    DpoObjective minimised = objective.objective();
    LearningData learningData = learningData();
    try (VerifierOptions.Opened judge = verifier.open()) {
      learn(learningData, judge, minimised);
    }
    return 0;
  }

  private void learn(
      LearningData learningData, VerifierOptions.Opened judge, DpoObjective minimised) {
    RunFolder folder = out.open(settings());
    AdapterFlowEngine engine = common.engine();
    try (Flow flow = Flow.builder().engine(engine).seed(common.seed()).build()) {
      LearningRun run =
          new LearningRun(flow, engine.tokens(), learningData, folder, progress, common.err());
      LearnerOptions options = learnerOptions(engine, learningData, judge.timeLimit());
      LearningResult result = run.run(judge.verifier(), options, minimised);
      common.report().println(result.summary());
      run.failures().print(common.report());
      common.report().println("Adapters, metrics and chart are in " + out.path());
      common.report().flush();
      common.result(result);
    }
  }

  private LearningData learningData() {
    if (data.isEmpty()) {
      dataOptions.refuseWithoutFile(false);
    }
    LearningData found =
        data.isPresent()
            ? LearningData.ofFile(
                data.get(),
                dataOptions.dataset(data.get()),
                problems.orElse(Integer.MAX_VALUE),
                heldOut)
            : LearningData.builtIn(common.seed(), problems.orElse(DEFAULT_PROBLEMS), heldOut);
    if (found.problems().size() < problems.orElse(0)) {
      common
          .err()
          .printf(
              "%s has %d problems to learn from beside the held-out ones, fewer than --problems"
                  + " %d%n",
              data.orElseThrow(), found.problems().size(), problems.orElseThrow());
    }
    return found;
  }

  private LearnerOptions learnerOptions(
      FlowEngine engine, LearningData learningData, Duration verifierTimeLimit) {
    LearnerOptions.Builder options =
        LearningRun.options(engine, common.seed(), learningData)
            .updates(updates -> updates.enabled(!noUpdates))
            .rollouts(rollouts -> rollouts.verifierTimeLimit(verifierTimeLimit));
    checkpointEvery.ifPresent(options::checkpointEveryProblems);
    return options.build();
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", common.modelChoice().description());
    settings.put("data", data.map(Path::toString).orElse("generated"));
    dataOptions.describe(settings);
    settings.put("seed", Long.toString(common.seed()));
    settings.put("objective", objective.description());
    settings.put("verifier", verifier.description());
    settings.put("heldOut", Integer.toString(heldOut));
    settings.put("updates", Boolean.toString(!noUpdates));
    return settings;
  }
}
