package dev.flowdpo.cli.experiment;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.training.AdapterTrainer;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.ExampleSplit;
import dev.flowdpo.runtime.training.SupervisedLoss;
import dev.flowdpo.runtime.training.TrainerListener;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.runtime.training.TrainingResult;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All kinds of traces with one seed on one distribution: the flow learns online, each kind of
 * traces of the same problems trains a fresh adapter, and single passes are measured. The learned
 * flow and every kind's result are kept, so a run that was killed repeats at most one of them.
 */
final class TraceKindsRun implements ExperimentRun<List<TraceKindResult>> {
  private static final String ANSWER = "answer";
  private static final int FLOW_BATCH = 64;

  private final long seed;
  private final OnlineSettings settings;
  private final TrainerOptions training;
  private final Path folder;
  private final Optional<Path> learned;

  /**
   * @param learned the folder of a run of {@link Arm#DPO} with this seed, whose adapters write the
   *     flow's traces; empty to learn here
   */
  TraceKindsRun(
      long seed,
      OnlineSettings settings,
      TrainerOptions training,
      Path experiment,
      Optional<Path> learned) {
    this.seed = seed;
    this.settings = settings;
    this.training = training.toBuilder().seed(seed).build();
    // A stream that goes on gives more traces, of a flow that learned more.
    String suffix = learned.isPresent() ? "-" + settings.problems() : "";
    this.folder =
        experiment.resolve("runs").resolve(settings.set().label() + suffix + "/seed-" + seed);
    this.learned = learned;
  }

  private List<TraceKind> kinds() {
    return TraceKind.of(settings.set());
  }

  /** Returns what the display counts: problems learned from, and measured on for each kind. */
  @Override
  public long work() {
    return settings.problems() + (long) kinds().size() * settings.heldOut();
  }

  @Override
  public List<TraceKindResult> run(ProgressDisplay display) {
    LearnedFlow flow = learned.map(this::learnedBefore).orElseGet(() -> learnedHere(display));
    List<TraceKindResult> results = new ArrayList<>();
    for (TraceKind kind : kinds()) {
      ResultFile file = new ResultFile(folder.resolve(kind.folder()));
      long before = settings.problems() + (long) results.size() * settings.heldOut();
      results.add(
          file.orElse(
              TraceKindResult.class,
              () -> measure(kind, flow, new ShiftedDisplay(display, before))));
      display.update(before + settings.heldOut(), kind.label());
    }
    return results;
  }

  private LearnedFlow learnedBefore(Path run) {
    ArmResult result =
        new ResultFile(run)
            .read(ArmResult.class)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "%s: expected a run of %s that is done, found none"
                            .formatted(run, Arm.DPO.folder())));
    return new LearnedFlow(result.accuracy(), result.heldOut());
  }

  private LearnedFlow learnedHere(ProgressDisplay display) {
    return new ResultFile(flowFolder()).orElse(LearnedFlow.class, () -> learn(display));
  }

  private Path flowFolder() {
    return learned.orElseGet(() -> folder.resolve("learned-flow"));
  }

  /** What came of online learning; kept beside the learned adapters. */
  record LearnedFlow(double progressive, double heldOut) {}

  /** Lets the flow learn online, and keeps its adapters. */
  private LearnedFlow learn(ProgressDisplay display) {
    try (Flow flow = settings.flow(settings.open(), seed);
        OnlineLearner learner = settings.learner(flow, seed, display, "learning")) {
      double progressive = learner.learn(settings.problemsOf(seed)).validation().accuracy();
      learner.save(flowFolder());
      Evaluation heldOut = settings.evaluate(Evaluation.greedy(flow), display);
      return new LearnedFlow(progressive, heldOut.accuracy());
    }
  }

  private TraceKindResult measure(TraceKind kind, LearnedFlow flow, ProgressDisplay display) {
    Path adapters = folder.resolve(kind.folder());
    if (kind == TraceKind.ZERO_SHOT) {
      return result(kind, 0, 0, singlePass(Optional.empty(), display), Double.NaN);
    }
    try (AdapterFlowEngine engine = settings.open()) {
      List<SupervisedExample> examples = examples(kind, engine.tokens());
      if (examples.isEmpty()) {
        throw new InvalidInputException(
            kind.label()
                + ": expected at least one correct trace to learn from, found none of "
                + settings.problems()
                + " problems; take more by --problems");
      }
      TrainingResult trained = train(engine, examples);
      PeftAdapters.write(adapters.resolve(ANSWER), trained.adapter().weights(), engine.modelName());
      double flowAccuracy = kind == TraceKind.FLOW ? flow.heldOut() : Double.NaN;
      Evaluation evaluation = singlePass(Optional.of(adapters), display);
      return result(kind, examples.size(), trained.steps(), evaluation, flowAccuracy);
    }
  }

  private TraceKindResult result(
      TraceKind kind, int traces, int steps, Evaluation evaluation, double flowAccuracy) {
    return new TraceKindResult(
        settings.set().label(),
        kind.folder(),
        seed,
        traces,
        steps,
        evaluation.accuracy(),
        flowAccuracy,
        evaluation.correct(),
        evaluation.problems(),
        ArmResult.outcomes(evaluation.outcomes()));
  }

  /** Returns the correct traces of the seed's problems, each with the same prompt. */
  private List<SupervisedExample> examples(TraceKind kind, ModelTokens tokens) {
    return switch (kind) {
      case ZERO_SHOT -> List.of();
      case SELF -> generated(Optional.empty(), true, tokens);
      case FLOW -> generated(Optional.of(flowFolder()), false, tokens);
      case GROUND_TRUTH_STEPS -> GroundTruth.stated(settings.problemsOf(seed), seed, tokens);
      case GROUND_TRUTH_MIXED ->
          GroundTruth.mixed(settings.distribution(), seed, settings.problems(), tokens);
    };
  }

  private List<SupervisedExample> generated(
      Optional<Path> adapters, boolean singlePass, ModelTokens tokens) {
    TraceCompiler compiler =
        TraceCompiler.builder().verifier(settings.set().verifier()).seed(seed).build();
    try (Flow flow = settings.flow(settings.open(adapters), seed)) {
      Flow source = singlePass ? SinglePass.of(flow) : flow;
      List<Problem> problems = settings.problemsOf(seed);
      for (int i = 0; i < problems.size(); i += FLOW_BATCH) {
        source.solveAll(problems.subList(i, Math.min(problems.size(), i + FLOW_BATCH)), compiler);
      }
    }
    return compiler.compile().traces().stream()
        .map(trace -> SupervisedExample.of(trace, tokens))
        .toList();
  }

  private TrainingResult train(AdapterFlowEngine engine, List<SupervisedExample> examples) {
    ExampleSplit<SupervisedExample> split =
        ExampleSplit.of(
            examples, SupervisedExample::problemId, training.heldOutShare(), training.seed());
    return new AdapterTrainer<>(
            new SupervisedLoss(engine.base()), training, new TrainerListener() {}, Optional.empty())
        .train(training.freshAdapter(engine.base().config()), split.map(Completion::of), false);
  }

  private Evaluation singlePass(Optional<Path> adapters, ProgressDisplay display) {
    try (Flow flow = settings.flow(settings.open(adapters), seed)) {
      return settings.evaluate(SinglePass.of(Evaluation.greedy(flow)), display);
    }
  }
}
