package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterCompiler;
import dev.flowdpo.learning.CompileListener;
import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.learning.TraceSet;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.ExampleSplit;
import dev.flowdpo.runtime.training.SupervisedLoss;
import dev.flowdpo.runtime.training.TrainerListener;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.runtime.training.TrainingFolder;
import dev.flowdpo.runtime.training.TrainingLoss;
import dev.flowdpo.runtime.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The compile stage on one engine (Flow-DPO, arXiv 2410.22304, section 4.3): all settings of an
 * {@link dev.flowdpo.runtime.training.AdapterTrainer} beside the few of {@link AdapterCompiler}.
 * Not thread-safe.
 */
public final class TraceTraining implements AdapterCompiler {
  private final AdapterFlowEngine engine;
  private TrainerOptions options;
  private TrainerListener listener = new TrainerListener() {};
  private String source = "traces";
  private boolean resume;

  TraceTraining(AdapterFlowEngine engine, TrainerOptions options) {
    this.engine = engine;
    this.options = options;
  }

  /**
   * Sets all numbers at once.
   *
   * @return this compiler
   */
  public TraceTraining options(TrainerOptions options) {
    this.options = Objects.requireNonNull(options, "options");
    return this;
  }

  /**
   * Sets what the adapter's provenance names as the source of the traces; by default "traces".
   *
   * @return this compiler
   */
  public TraceTraining source(String source) {
    this.source = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * Sets who is told of every step, with all figures; replaces any other listener.
   *
   * @return this compiler
   */
  public TraceTraining listener(TrainerListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public TraceTraining listener(CompileListener listener) {
    return listener(new Progress(listener));
  }

  @Override
  public TraceTraining epochs(int epochs) {
    return options(options.toBuilder().epochs(epochs).build());
  }

  @Override
  public TraceTraining learningRate(double rate) {
    return options(options.toBuilder().learningRate(rate).build());
  }

  @Override
  public TraceTraining seed(long seed) {
    return options(options.toBuilder().seed(seed).build());
  }

  @Override
  public TraceTraining resume(boolean resume) {
    this.resume = resume;
    return this;
  }

  @Override
  public CompileReport compile(TraceSet traces, Path folder) {
    if (traces.traces().isEmpty()) {
      throw new InvalidInputException(
          "%s: expected at least one trace to learn from, found none: of %d solutions %d are incorrect, %d too short and %d too long"
              .formatted(
                  source,
                  traces.collected(),
                  traces.incorrect(),
                  traces.tooShort(),
                  traces.tooLong()));
    }
    ModelTokens tokens = engine.tokens();
    traces.traces().forEach(trace -> checkVocabulary(trace, tokens.config().vocabularySize()));
    List<SupervisedExample> examples =
        traces.traces().stream().map(trace -> SupervisedExample.of(trace, tokens)).toList();
    ExampleSplit<SupervisedExample> split =
        ExampleSplit.of(
            examples, SupervisedExample::problemId, options.heldOutShare(), options.seed());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new FlowException(folder + ": the folder cannot be made: " + e.getMessage(), e);
    }
    TrainingResult result =
        new TrainingFolder(folder, AdapterRole.ANSWER, engine.modelName(), source)
            .train(
                new SupervisedLoss(engine.base()),
                options,
                options.freshAdapter(engine.base().config()),
                split.map(Completion::of),
                listener,
                resume);
    return new CompileReport(
        split.training().size(),
        result.steps(),
        result.bestStep(),
        result.trainingLoss(),
        result.heldOutBefore(),
        result.heldOutBest());
  }

  /**
   * Traces may come from anywhere, and another model's ids would mean something else to this one.
   */
  private void checkVocabulary(Trace trace, int size) {
    trace.tokens().stream()
        .filter(id -> id < 0 || id >= size)
        .findFirst()
        .ifPresent(
            id -> {
              throw new InvalidInputException(
                  "%s: trace of problem %s: expected token ids of %s, from 0 to %d, found %d. Train"
                          .formatted(source, trace.problem().id(), engine.modelName(), size - 1, id)
                      + " on traces that this model wrote, or a model with the same tokenizer.");
            });
  }

  /** Tells a listener of the API. Not thread-safe. */
  private static final class Progress implements TrainerListener {
    private final CompileListener listener;
    private int totalSteps;

    Progress(CompileListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public void onStart(int step, int totalSteps) {
      this.totalSteps = totalSteps;
    }

    @Override
    public void onStep(Step step) {
      listener.onStep(step.step(), totalSteps, step.figures().loss());
    }

    @Override
    public void onHeldOut(int step, TrainingLoss.Figures figures, boolean best) {
      listener.onHeldOut(step, figures.loss(), best);
    }
  }
}
