package dev.flowdpo.runtime.training;

import java.util.OptionalDouble;

/**
 * Where a training stands, besides the adapter and its optimizer. Immutable.
 *
 * @param step steps taken
 * @param trainingLoss of the last step
 * @param heldOutBefore held-out loss before the first step; empty where it is not measured
 * @param bestLoss the lowest held-out loss after a step; empty before the first measurement
 * @param bestStep after how many steps it was measured
 * @param worse how many measurements since then were not lower
 * @param stopped whether training ended early
 */
record TrainerState(
    int step,
    double trainingLoss,
    OptionalDouble heldOutBefore,
    OptionalDouble bestLoss,
    int bestStep,
    int worse,
    boolean stopped) {

  static final TrainerState START =
      new TrainerState(0, 0, OptionalDouble.empty(), OptionalDouble.empty(), 0, 0, false);

  TrainerState measuredBefore(double loss) {
    return new TrainerState(
        step, trainingLoss, OptionalDouble.of(loss), bestLoss, bestStep, worse, stopped);
  }

  TrainerState stepped(double loss) {
    return new TrainerState(step + 1, loss, heldOutBefore, bestLoss, bestStep, worse, stopped);
  }

  boolean improvesBy(double loss) {
    return bestLoss.isEmpty() || loss < bestLoss.getAsDouble();
  }

  /** Returns the state after a measurement; too many that are no better end the training. */
  TrainerState measured(double loss, int patience) {
    if (improvesBy(loss)) {
      return new TrainerState(
          step, trainingLoss, heldOutBefore, OptionalDouble.of(loss), step, 0, false);
    }
    boolean stop = patience > 0 && worse + 1 >= patience;
    return new TrainerState(step, trainingLoss, heldOutBefore, bestLoss, bestStep, worse + 1, stop);
  }
}
