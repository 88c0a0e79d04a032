package dev.flowdpo.cli.experiment;

import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;

/** One chunk size with one seed: measured, taught by online DPO, and measured again. */
final class ChunkSizeRun implements ExperimentRun<ChunkSizeResult> {
  private final int chunkSize;
  private final int maxChunks;
  private final long seed;
  private final OnlineSettings settings;
  private final ResultFile file;

  /**
   * Creates the run.
   *
   * @param tokens how many tokens a solution may have, which the chunks are to cover
   */
  ChunkSizeRun(int chunkSize, int tokens, long seed, OnlineSettings settings, Path experiment) {
    this.chunkSize = chunkSize;
    this.maxChunks = (tokens + chunkSize - 1) / chunkSize;
    this.seed = seed;
    this.settings = settings;
    this.file =
        new ResultFile(experiment.resolve("runs").resolve(chunkSize + "-tokens/seed-" + seed));
  }

  /** Returns what the display counts: problems learned from, and measured on twice. */
  @Override
  public long work() {
    return settings.problems() + 2L * settings.heldOut();
  }

  @Override
  public ChunkSizeResult run(ProgressDisplay display) {
    ChunkSizeResult result = file.orElse(ChunkSizeResult.class, () -> measure(display));
    display.update(work(), "");
    return result;
  }

  private ChunkSizeResult measure(ProgressDisplay display) {
    List<Problem> heldOut = settings.heldOutProblems();
    try (Flow flow =
        Flow.builder()
            .engine(settings.open())
            .seed(seed)
            .chunkSize(chunkSize)
            .maxChunks(maxChunks)
            .build()) {
      Flow greedy = Evaluation.greedy(flow);
      double before = settings.evaluate(greedy, new ShiftedDisplay(display, 0)).accuracy();
      LearningReport learned = learn(flow, new ShiftedDisplay(display, heldOut.size()));
      long begin = System.nanoTime();
      Evaluation after =
          settings.evaluate(
              greedy, new ShiftedDisplay(display, heldOut.size() + (long) settings.problems()));
      double millis = (System.nanoTime() - begin) / 1e6 / heldOut.size();
      LearningProgress progress = learned.progress();
      return new ChunkSizeResult(
          chunkSize,
          maxChunks,
          seed,
          before,
          after.accuracy(),
          progress.progressiveAccuracy(),
          after.meanChunks(),
          mean(after, solution -> solution.usage().generatedTokens()),
          mean(after, solution -> solution.usage().judgeCalls()),
          millis,
          progress.answerPairs(),
          progress.stopPairs(),
          learned.elapsed().toNanos() / 1e9);
    }
  }

  private LearningReport learn(Flow flow, ProgressDisplay display) {
    try (OnlineLearner learner = settings.learner(flow, seed, display, "chunks of " + chunkSize)) {
      return learner.learn(settings.problemsOf(seed));
    }
  }

  private static double mean(Evaluation evaluation, ToIntFunction<Solution> count) {
    return evaluation.solutions().stream().mapToInt(count).average().orElse(0);
  }
}
