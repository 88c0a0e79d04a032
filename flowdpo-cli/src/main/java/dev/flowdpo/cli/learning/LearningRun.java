package dev.flowdpo.cli.learning;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.evaluation.LearningData;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.MetricsFile;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.data.FileSeals;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.TraceFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One online learning run: measures the flow on held-out problems, learns, measures again, and
 * leaves adapters, metrics, pairs, correct traces, a chart and the result in the run's folder. A
 * run that was killed at any moment can be run again on a resumed folder and ends the same. For one
 * thread.
 */
final class LearningRun {
  private final Flow flow;
  private final ModelTokens tokens;
  private final RolloutExecutor executor;
  private final LearningData data;
  private final RunFolder folder;
  private final ProgressOptions progress;
  private final PrintWriter err;
  private final VerifierFailures failures = new VerifierFailures();

  LearningRun(
      Flow flow,
      ModelTokens tokens,
      RolloutExecutor executor,
      LearningData data,
      RunFolder folder,
      ProgressOptions progress,
      PrintWriter err) {
    this.flow = flow;
    this.tokens = tokens;
    this.executor = executor;
    this.data = data;
    this.folder = folder;
    this.progress = progress;
    this.err = err;
  }

  /**
   * Runs to the end. Learns from the verifier's verdicts; held-out accuracy is by the known answers
   * always.
   */
  LearningResult run(Verifier verifier, LearningPlan plan, LearningResult.Settings settings) {
    long begin = System.nanoTime();
    // Resuming publishes the learned adapters, so the first measurement comes before it.
    if (folder.heldOutBefore().isEmpty()) {
      folder.heldOutBefore(heldOutAccuracy("before"));
    }
    LearningReport report = learn(verifier, plan);
    LearningResult result =
        LearningResult.of(
            report.progress(),
            report.validation(),
            folder.heldOutBefore().orElseThrow(),
            heldOutAccuracy("after"),
            data.heldOut().size(),
            (System.nanoTime() - begin) / 1e9,
            settings);
    JsonText.write(folder.file(RunFiles.RESULT), result);
    drawChart(report, result);
    return result;
  }

  /** Returns why the verifier failed, as far as it did while this process learned. */
  VerifierFailures failures() {
    return failures;
  }

  private double heldOutAccuracy(String when) {
    try (ProgressDisplay display =
        progress.open(err, "held-out " + when, 0, data.heldOut().size())) {
      return Evaluation.of(Evaluation.greedy(flow), data.heldOut(), display).accuracy();
    }
  }

  private LearningReport learn(Verifier verifier, LearningPlan plan) {
    Relay relay = new Relay();
    try (OnlineLearner learner =
        flow.learner()
            .verifier(verifier)
            .executor(executor)
            .objective(plan.objective())
            .pairs(plan.rule())
            .options(plan.learner())
            .listener(relay)
            .checkpoint(folder.file(RunFiles.CHECKPOINT))
            .resume(folder.isResumed())
            .build()) {
      FileSeals seals = seals(learner.progress());
      try (MetricsFile metrics =
              MetricsFile.open(folder.file(RunFiles.METRICS), learner.progress());
          PairFiles pairs = PairFiles.resume(folder, tokens, learner.progress());
          TraceFile.Writer traces =
              TraceFile.of(folder.file(RunFiles.TRACES), tokens)
                  .resume(learner.progress().problems());
          ProgressDisplay display =
              progress.open(err, "learn", learner.progress().problems(), data.problems().size())) {
        TraceCompiler correct =
            TraceCompiler.builder().seed(plan.learner().seed()).sink(traces::write).build();
        relay.to(
            new LearningWatch(metrics, pairs, display, failures, learner.progress()),
            correct,
            sealing(seals));
        seals.save(); // of what was not cut off, where the run goes on
        LearningReport report = learner.learn(data.problems());
        learner.save(folder.path());
        return report;
      }
    }
  }

  /** Checks what grew up to the checkpoint that the run goes on from. */
  private FileSeals seals(LearningProgress from) {
    Path file = folder.file(RunFiles.SEALS);
    List<Path> sealed =
        Stream.of(RunFiles.METRICS, RunFiles.ANSWER_PAIRS, RunFiles.STOP_PAIRS, RunFiles.TRACES)
            .map(folder::file)
            .toList();
    return FileSeals.resume(file, sealed, from.problems());
  }

  private static LearningListener sealing(FileSeals seals) {
    return new LearningListener() {
      @Override
      public void onCheckpoint(Path checkpoint) {
        seals.save();
      }
    };
  }

  /** A run is not lost for its picture: drawing needs fonts, which a server may lack. */
  private void drawChart(LearningReport report, LearningResult result) {
    try {
      ValidationChart.write(folder.file(RunFiles.VALIDATION_CHART), report.validation(), result);
    } catch (RuntimeException | LinkageError | InternalError e) {
      err.println(
          "The chart " + folder.file(RunFiles.VALIDATION_CHART) + " could not be drawn: " + e);
      err.flush();
    }
  }

  /** Passes events on to listeners that exist only after the learner does. */
  private static final class Relay implements LearningListener {
    private List<LearningListener> listeners = List.of();

    void to(LearningListener... listeners) {
      this.listeners = List.of(listeners);
    }

    @Override
    public void onProblem(RolloutTree tree, LearningProgress progress) {
      listeners.forEach(listener -> listener.onProblem(tree, progress));
    }

    @Override
    public void onPairs(List<PreferencePair> pairs) {
      listeners.forEach(listener -> listener.onPairs(pairs));
    }

    @Override
    public void onUpdate(UpdateMetrics metrics) {
      listeners.forEach(listener -> listener.onUpdate(metrics));
    }

    @Override
    public void onCheckpoint(Path checkpoint) {
      listeners.forEach(listener -> listener.onCheckpoint(checkpoint));
    }
  }
}
