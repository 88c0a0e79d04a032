package dev.flowdpo.cli;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.learning.TraceSet;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.data.MessagesFile;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.ExampleSplit;
import dev.flowdpo.runtime.training.SupervisedLoss;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.runtime.training.TrainingResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One compile run (Flow-DPO, section 4.3): measures the base's single pass, collects traces, trains
 * a fresh adapter on them, and measures again. Every stage leaves its result in the run's folder
 * and is not done twice. For one thread.
 */
final class CompileRun {
  private final CommonOptions common;
  private final ProgressOptions progress;
  private final RunFolder folder;
  private final CompileSettings settings;

  CompileRun(
      CommonOptions common, ProgressOptions progress, RunFolder folder, CompileSettings settings) {
    this.common = common;
    this.progress = progress;
    this.folder = folder;
    this.settings = settings;
  }

  /** Runs to the end. */
  CompileResult run() {
    long begin = System.nanoTime();
    if (settings.source().file().isEmpty()) {
      collect();
    }
    TraceSet traces;
    TrainingResult training;
    try (AdapterFlowEngine engine = common.engine()) {
      traces = traces(engine);
      if (folder.heldOutBefore().isEmpty()) {
        folder.heldOutBefore(singlePass("before", Optional.empty()));
      }
      training = train(engine, traces);
    }
    CompileResult result =
        CompileResult.of(
            traces,
            training,
            folder.heldOutBefore().orElseThrow(),
            singlePass("after", Optional.of(folder.folder())),
            settings.data().heldOut().size(),
            (System.nanoTime() - begin) / 1e9);
    JsonText.write(folder.result(), result);
    return result;
  }

  private void collect() {
    AdapterFlowEngine engine = common.engine(settings.flow().adapters());
    try (Flow flow = settings.flow().applyTo(Flow.builder().seed(common.seed()), engine).build()) {
      TraceCollection collection = new TraceCollection(folder, engine.tokens());
      boolean base = settings.source().base();
      int count = settings.data().problems().size();
      try (ProgressDisplay display =
          progress.open(common.err(), "collect", collection.solved(), count)) {
        collection.run(
            base ? SinglePass.of(flow) : flow,
            base ? Trace.SELF : Trace.FLOW,
            settings.filter(),
            settings.data().problems(),
            display);
      }
    }
  }

  /** Returns the traces to learn from, and leaves them in the folder. */
  private TraceSet traces(AdapterFlowEngine engine) {
    TraceCollection collection = new TraceCollection(folder, engine.tokens());
    TraceSet set;
    if (settings.source().file().isPresent()) {
      List<Trace> given = TraceFile.of(settings.source().file().get(), engine.tokens()).readAll();
      try (TraceFile.Writer writer = TraceFile.of(folder.traces(), engine.tokens()).create()) {
        given.forEach(writer::write);
      }
      set = TraceSet.of(given, settings.filter());
    } else {
      set = TraceSet.of(collection.traces(), settings.filter());
      set = set.withIncorrect(collection.solved() - set.collected());
    }
    if (set.traces().isEmpty()) {
      throw new InvalidInputException(
          "%s: expected at least one trace to learn from, found none: of %d solutions %d are incorrect, %d too short and %d too long"
              .formatted(
                  settings.source().description(),
                  set.collected(),
                  set.incorrect(),
                  set.tooShort(),
                  set.tooLong()));
    }
    try (MessagesFile.Writer writer =
        MessagesFile.of(folder.messages(), engine.tokens()).create()) {
      writer.write(examples(engine, set));
    }
    return set;
  }

  private static List<SupervisedExample> examples(AdapterFlowEngine engine, TraceSet set) {
    return set.traces().stream()
        .map(trace -> SupervisedExample.of(trace, engine.tokens()))
        .toList();
  }

  private TrainingResult train(AdapterFlowEngine engine, TraceSet set) {
    TrainerOptions options = settings.training();
    ExampleSplit<SupervisedExample> split =
        ExampleSplit.of(
            examples(engine, set),
            SupervisedExample::problemId,
            options.heldOutShare(),
            options.seed());
    return new AdapterTraining(
            folder,
            options,
            engine.modelName(),
            settings.source().description(),
            AdapterRole.ANSWER)
        .run(
            new SupervisedLoss(engine.base()),
            options.freshAdapter(engine.base().config()),
            split.map(Completion::of),
            progress,
            common.err());
  }

  private double singlePass(String when, Optional<Path> adapters) {
    try (Flow flow = Flow.builder().engine(common.engine(adapters)).seed(common.seed()).build();
        ProgressDisplay display =
            progress.open(
                common.err(), "single pass " + when, 0, settings.data().heldOut().size())) {
      return Evaluation.of(
              SinglePass.of(Evaluation.greedy(flow)), settings.data().heldOut(), display)
          .accuracy();
    }
  }
}
