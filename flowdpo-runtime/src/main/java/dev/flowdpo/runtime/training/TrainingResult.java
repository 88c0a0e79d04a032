package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import java.util.OptionalDouble;

/**
 * What a training came to. Immutable and thread-safe.
 *
 * @param adapter the trained adapter: that of the best step, or of the last where nothing was held
 *     out
 * @param steps how many steps were taken
 * @param totalSteps how many there would have been without an early stop
 * @param bestStep after how many steps the held-out loss was lowest; the last step where nothing
 *     was held out
 * @param trainingLoss mean loss of the last step's examples
 * @param heldOutBefore loss on the held-out examples before the first step
 * @param heldOutBest the lowest loss on them after a step
 * @param dataHash SHA-256 of the examples, in hexadecimal digits
 */
public record TrainingResult(
    AdapterSnapshot adapter,
    int steps,
    int totalSteps,
    int bestStep,
    double trainingLoss,
    OptionalDouble heldOutBefore,
    OptionalDouble heldOutBest,
    String dataHash) {

  /** Says whether training ended before its last step, as the held-out loss no longer fell. */
  public boolean stoppedEarly() {
    return steps < totalSteps;
  }
}
