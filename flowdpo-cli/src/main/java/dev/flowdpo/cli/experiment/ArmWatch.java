package dev.flowdpo.cli.experiment;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.cli.run.MetricsFile;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutTree;
import java.util.Optional;

/** Writes down each problem and each update of a run. Not thread-safe. */
final class ArmWatch implements LearningListener {
  private final ProblemLog log;
  private final ProgressDisplay display;
  private Optional<MetricsFile> metrics = Optional.empty();
  private LearningProgress progress = LearningProgress.NONE;

  ArmWatch(ProblemLog log, ProgressDisplay display) {
    this.log = log;
    this.display = display;
  }

  /** Sets where updates go; it can be opened only when the learner is there. */
  void writeTo(MetricsFile file) {
    metrics = Optional.of(file);
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    this.progress = progress;
    Branch original = tree.original();
    log.add(
        new ProblemLog.Row(
            original.verdict().isCorrect(),
            original.answer().depth(),
            !FinalAnswer.extract(original.answer().text()).isEmpty()));
    display.update(
        progress.problems(), "acc %.1f%%".formatted(100 * progress.progressiveAccuracy()));
  }

  @Override
  public void onUpdate(UpdateMetrics update) {
    metrics.ifPresent(file -> file.add(update, progress));
  }
}
