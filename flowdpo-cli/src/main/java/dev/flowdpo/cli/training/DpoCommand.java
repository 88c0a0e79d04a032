package dev.flowdpo.cli.training;

import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.ObjectiveOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.options.RunFolderOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.cli.options.TextConverter;
import dev.flowdpo.cli.options.TrainerChoice;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.data.PreferenceFile;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.ExampleSplit;
import dev.flowdpo.runtime.training.PreferenceLoss;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.runtime.training.TrainingLoss;
import dev.flowdpo.runtime.training.TrainingResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dpo}: trains one adapter on a file of preference pairs. */
@Command(
    name = "dpo",
    description = {
      "Trains the Answer or the Stop adapter by DPO on a file of preference pairs, as learn writes"
          + " them (answer-pairs.jsonl, stop-pairs.jsonl) or as TRL reads them.",
      "DIR receives answer/ or stop/ (PEFT adapter with provenance.json), training.jsonl,"
          + " training.png and result.json. A run that was killed ends the same after --resume.",
      "JSON: {\"role\",\"pairs\",\"heldOutPairs\",\"steps\",\"bestStep\",\"lossBefore\",\"loss\","
          + "\"rewardsChosen\",\"rewardsRejected\",\"rewardsMargins\",\"rewardsAccuracies\","
          + "\"seconds\"}; the figures after training, on the held-out pairs."
    })
public final class DpoCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;
  @Mixin private EngineOptions model;
  @Mixin private ObjectiveOptions objective;
  @Mixin private TrainerChoice trainer;
  @Mixin private RunFolderOptions out;
  @Mixin private ProgressOptions progress;

  @Option(
      names = "--data",
      paramLabel = "PAIRS.jsonl",
      required = true,
      description =
          "Preference pairs, a JSON object a line: prompt, chosen and rejected as texts or as"
              + " messages, or their token ids.")
  private Path data;

  @Option(
      names = "--role",
      paramLabel = "answer|stop",
      required = true,
      converter = RoleConverter.class,
      description = "The adapter to train; pairs of the other role are left out.")
  private AdapterRole role;

  @Option(
      names = "--adapters",
      paramLabel = "DIR",
      description =
          "Folder with trained adapters in answer/ and stop/ to start from, and to compare with;"
              + " default: a fresh one.")
  private Optional<Path> adapters = Optional.empty();

  /** Reads a role by its name. */
  static final class RoleConverter extends TextConverter<AdapterRole> {
    RoleConverter() {
      super(AdapterRole.values());
    }
  }

  /** The figures that the command prints. */
  record Result(
      String role,
      int pairs,
      int heldOutPairs,
      int steps,
      int bestStep,
      double lossBefore,
      double loss,
      double rewardsChosen,
      double rewardsRejected,
      double rewardsMargins,
      double rewardsAccuracies,
      double seconds) {}

  @Override
  public Integer call() {
    long begin = System.nanoTime();
    out.check();
    var unused = objective.objective(); // refused before anything is read
    try (AdapterFlowEngine engine = model.open()) {
      TrainerOptions options = options(engine.defaultLearnerOptions());
      List<PreferencePair> pairs = pairs(engine);
      Optional<AdapterSnapshot> given = adapter(engine);
      try (RunFolder folder = out.open(RunFiles.KIND, describe(options))) {
        train(engine, options, pairs, given, folder, begin);
      }
    }
    return 0;
  }

  private void train(
      AdapterFlowEngine engine,
      TrainerOptions options,
      List<PreferencePair> pairs,
      Optional<AdapterSnapshot> given,
      RunFolder folder,
      long begin) {
    ExampleSplit<PreferencePair> split =
        ExampleSplit.of(pairs, PreferencePair::problemId, options.heldOutShare(), options.seed());
    AdapterSnapshot reference = given.orElseGet(() -> AdapterSnapshot.none(engine.base().config()));
    PreferenceLoss loss = new PreferenceLoss(engine.base(), reference, objective.objective());
    TrainingResult training =
        new AdapterTraining(folder, options, engine.modelName(), data.toString(), role)
            .run(
                loss,
                given.orElseGet(() -> options.freshAdapter(engine.base().config())),
                split,
                progress,
                output.err());
    List<PreferencePair> measured = split.heldOut().isEmpty() ? split.training() : split.heldOut();
    Result result =
        result(
            split,
            training,
            loss.evaluate(reference, measured),
            loss.evaluate(training.adapter(), measured),
            (System.nanoTime() - begin) / 1e9);
    JsonText.write(folder.file(RunFiles.RESULT), result);
    print(result);
  }

  /** The paper's numbers of DPO are those of online learning; here as many examples a step. */
  private TrainerOptions options(LearnerOptions learner) {
    boolean paper = trainer.paper(model.isBundled());
    LearnerOptions from = paper ? LearnerOptions.paper() : learner;
    TrainerOptions defaults = paper ? TrainerOptions.paper() : BundledModel.trainerOptions();
    boolean answer = role == AdapterRole.ANSWER;
    return trainer.options(
        defaults.toBuilder()
            .learningRate(answer ? from.rates().answer() : from.rates().stop())
            .optimizer(optimizer -> optimizer.clipNorm(from.optimizer().clipNorm()))
            .lora(from.lora())
            .build(),
        seed.seed());
  }

  private List<PreferencePair> pairs(AdapterFlowEngine engine) {
    List<PreferencePair> all = PreferenceFile.of(data, engine.tokens()).readAll();
    List<PreferencePair> pairs = all.stream().filter(pair -> pair.role() == role).toList();
    if (pairs.isEmpty()) {
      throw new InvalidInputException(
          "%s: expected pairs of role %s, found %d pairs, all of the other role"
              .formatted(data, role.folderName(), all.size()));
    }
    return pairs;
  }

  private Optional<AdapterSnapshot> adapter(AdapterFlowEngine engine) {
    Optional<Path> folder = adapters.map(parent -> parent.resolve(role.folderName()));
    if (folder.isPresent() && !Files.isDirectory(folder.get())) {
      throw new InvalidInputException(
          folder.get() + ": expected the adapter to start from, found no such folder");
    }
    return folder
        .map(path -> PeftAdapters.read(path, engine.base().config()))
        .map((AdapterWeights read) -> AdapterSnapshot.of(engine.base().config(), read));
  }

  private Result result(
      ExampleSplit<PreferencePair> split,
      TrainingResult training,
      TrainingLoss.Figures before,
      TrainingLoss.Figures after,
      double seconds) {
    Map<String, Double> means = after.means();
    return new Result(
        role.folderName(),
        split.training().size(),
        split.heldOut().size(),
        training.steps(),
        training.bestStep(),
        before.loss(),
        after.loss(),
        means.getOrDefault("rewards/chosen", 0.0),
        means.getOrDefault("rewards/rejected", 0.0),
        means.getOrDefault("rewards/margins", 0.0),
        means.getOrDefault("rewards/accuracies", 0.0),
        seconds);
  }

  private void print(Result result) {
    output
        .report()
        .printf(
            """
            Trained the %s adapter on %d pairs in %d steps, the best after %d; %.1f s
            On %s: loss %.4f before, %.4f after; rewards %.3f chosen, %.3f rejected, margin %.3f, accuracy %.1f %%
            Adapter, metrics and chart are in %s
            """,
            result.role(),
            result.pairs(),
            result.steps(),
            result.bestStep(),
            result.seconds(),
            result.heldOutPairs() == 0
                ? "the pairs it learned from"
                : result.heldOutPairs() + " held-out pairs",
            result.lossBefore(),
            result.loss(),
            result.rewardsChosen(),
            result.rewardsRejected(),
            result.rewardsMargins(),
            100 * result.rewardsAccuracies(),
            out.path());
    output.report().flush();
    output.result(result);
  }

  /** Returns what must be the same where the run is resumed. */
  private Map<String, String> describe(TrainerOptions options) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("command", "dpo");
    described.put("model", model.choice().description());
    described.put("data", data.toString());
    described.put("role", role.folderName());
    described.put("adapters", adapters.map(Path::toString).orElse("none"));
    described.put("objective", objective.description());
    described.put("training", options.toString());
    return described;
  }
}
