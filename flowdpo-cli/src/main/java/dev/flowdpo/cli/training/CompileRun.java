package dev.flowdpo.cli.training;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.SinglePass;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.CompileReport;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.learning.TraceSet;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.data.MessagesFile;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One compile run (Flow-DPO, section 4.3): measures the base's single pass, collects traces, trains
 * a fresh adapter on them, and measures again. Every stage leaves its result in the run's folder
 * and is not done twice. For one thread.
 */
final class CompileRun {
  private final EngineOptions model;
  private final ProgressOptions progress;
  private final PrintWriter err;
  private final CompileSettings settings;

  CompileRun(
      EngineOptions model, ProgressOptions progress, PrintWriter err, CompileSettings settings) {
    this.model = model;
    this.progress = progress;
    this.err = err;
    this.settings = settings;
  }

  /** The run's folder, closed at the end if it was opened. */
  private static final class Opened implements Supplier<RunFolder>, AutoCloseable {
    private final Supplier<RunFolder> opener;
    private Optional<RunFolder> folder = Optional.empty();

    Opened(Supplier<RunFolder> opener) {
      this.opener = opener;
    }

    @Override
    public RunFolder get() {
      RunFolder opened = opener.get();
      folder = Optional.of(opened);
      return opened;
    }

    @Override
    public void close() {
      folder.ifPresent(RunFolder::close);
    }
  }

  /** What was learned from, and what came of it. */
  private record Trained(RunFolder folder, TraceSet traces, CompileReport report) {}

  /**
   * Runs to the end.
   *
   * @param opener opens the run's folder; called once there is something to put into it
   * @throws InvalidInputException if there is no trace to learn from
   */
  CompileResult run(Supplier<RunFolder> opener) {
    long begin = System.nanoTime();
    Optional<Path> file = settings.source().file();
    try (Opened folder = new Opened(opener)) {
      Trained trained = file.isPresent() ? onFile(file.get(), folder) : onProblems(folder);
      return result(trained, begin);
    }
  }

  private CompileResult result(Trained trained, long begin) {
    RunFolder folder = trained.folder();
    CompileResult result =
        CompileResult.of(
            trained.traces(),
            trained.report(),
            folder.heldOutBefore().orElseThrow(),
            singlePass("after", Optional.of(folder.path())),
            settings.data().heldOut().size(),
            (System.nanoTime() - begin) / 1e9);
    JsonText.write(folder.file(RunFiles.RESULT), result);
    return result;
  }

  /** Trains on a file's traces, which are read before the folder is made. */
  private Trained onFile(Path file, Supplier<RunFolder> opener) {
    try (AdapterFlowEngine engine = model.open()) {
      List<Trace> given =
          settings.source().conversations()
              ? MessageTraces.read(file, engine.tokens())
              : TraceFile.of(file, engine.tokens()).readAll();
      TraceSet set = TraceSet.of(given, settings.filter());
      refuseNone(set);
      RunFolder folder = opener.get();
      try (TraceFile.Writer writer =
          TraceFile.of(folder.file(RunFiles.TRACES), engine.tokens()).create()) {
        given.forEach(writer::write);
      }
      return train(folder, engine, set);
    }
  }

  /** Solves problems, and trains on the correct solutions. */
  private Trained onProblems(Supplier<RunFolder> opener) {
    RunFolder folder = collect(opener);
    try (AdapterFlowEngine engine = model.open()) {
      TraceCollection collection = new TraceCollection(folder, engine.tokens());
      TraceSet set = TraceSet.of(collection.traces(), settings.filter());
      set = set.withIncorrect(collection.solved() - set.collected());
      refuseNone(set);
      return train(folder, engine, set);
    }
  }

  private RunFolder collect(Supplier<RunFolder> opener) {
    AdapterFlowEngine engine = model.open(settings.flow().adapters());
    try (Flow flow =
        settings.flow().applyTo(Flow.builder().seed(settings.seed()), engine).build()) {
      RunFolder folder = opener.get();
      TraceCollection collection = new TraceCollection(folder, engine.tokens());
      boolean base = settings.source().base();
      int count = settings.data().problems().size();
      try (ProgressDisplay display = progress.open(err, "collect", collection.solved(), count)) {
        collection.run(
            base ? SinglePass.of(flow) : flow,
            base ? Trace.SELF : Trace.FLOW,
            settings.filter(),
            settings.data().problems(),
            display);
      }
      return folder;
    }
  }

  private void refuseNone(TraceSet set) {
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
  }

  private Trained train(RunFolder folder, AdapterFlowEngine engine, TraceSet set) {
    try (MessagesFile.Writer writer =
        MessagesFile.of(folder.file(RunFiles.MESSAGES), engine.tokens()).create()) {
      writer.write(
          set.traces().stream()
              .map(trace -> SupervisedExample.of(trace, engine.tokens()))
              .toList());
    }
    if (folder.heldOutBefore().isEmpty()) {
      folder.heldOutBefore(singlePass("before", Optional.empty()));
    }
    try (TrainingWatch watch = new TrainingWatch(folder.file(RunFiles.TRAINING), progress, err)) {
      CompileReport report =
          engine
              .compiler()
              .options(settings.training())
              .source(settings.source().description())
              .listener(watch)
              .resume(folder.isResumed())
              .compile(set, folder.path());
      AdapterTraining.drawChart(folder, AdapterRole.ANSWER, report.steps(), err);
      return new Trained(folder, set, report);
    }
  }

  private double singlePass(String when, Optional<Path> adapters) {
    try (Flow flow = Flow.builder().engine(model.open(adapters)).seed(settings.seed()).build();
        ProgressDisplay display =
            progress.open(err, "single pass " + when, 0, settings.data().heldOut().size())) {
      return Evaluation.of(
              SinglePass.of(Evaluation.greedy(flow)), settings.data().heldOut(), display)
          .accuracy();
    }
  }
}
