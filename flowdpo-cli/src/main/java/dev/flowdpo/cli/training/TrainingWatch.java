package dev.flowdpo.cli.training;

import dev.flowdpo.cli.options.ProgressOptions;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.runtime.training.TrainerListener;
import dev.flowdpo.runtime.training.TrainingLoss;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** Shows how training goes and writes its metrics. Not thread-safe. */
final class TrainingWatch implements TrainerListener, AutoCloseable {
  private final Path file;
  private final ProgressOptions progress;
  private final PrintWriter err;
  private Optional<TrainingFile> metrics = Optional.empty();
  private Optional<ProgressDisplay> display = Optional.empty();
  private String heldOut = "";

  TrainingWatch(Path file, ProgressOptions progress, PrintWriter err) {
    this.file = file;
    this.progress = progress;
    this.err = err;
  }

  @Override
  public void onStart(int step, int totalSteps) {
    metrics = Optional.of(TrainingFile.open(file, step));
    display = Optional.of(progress.open(err, "train", step, totalSteps));
  }

  @Override
  public void onStep(Step step) {
    metrics.orElseThrow().add(step);
    String message = "loss %.4f%s".formatted(step.figures().loss(), accuracy(step.figures()));
    display.orElseThrow().update(step.step(), message + heldOut);
  }

  @Override
  public void onHeldOut(int step, TrainingLoss.Figures figures, boolean best) {
    metrics.orElseThrow().add(step, figures);
    heldOut = " held-out %.4f%s".formatted(figures.loss(), accuracy(figures));
  }

  private static String accuracy(TrainingLoss.Figures figures) {
    return Optional.ofNullable(figures.means().get("rewards/accuracies"))
        .map(accuracy -> " acc %.1f%%".formatted(100 * accuracy))
        .orElse("");
  }

  @Override
  public void close() {
    metrics.ifPresent(TrainingFile::close);
    display.ifPresent(ProgressDisplay::close);
  }
}
