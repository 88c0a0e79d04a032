package dev.flowdpo.cli.model;

import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.runtime.tiny.Pretraining;

/** Shows how pre-training goes: the stage and a running mean of the loss. Not thread-safe. */
final class PretrainingWatch implements Pretraining.Listener {
  private static final double NEW_SHARE = 0.05;

  private final ProgressDisplay display;
  private int steps;
  private double meanLoss;

  PretrainingWatch(ProgressDisplay display) {
    this.display = display;
  }

  @Override
  public void onStep(Pretraining.Stage stage, int step, double loss) {
    meanLoss = step == 1 ? loss : meanLoss + NEW_SHARE * (loss - meanLoss);
    steps++;
    display.update(steps, "%s, loss %.3f".formatted(stage.name(), meanLoss));
  }
}
