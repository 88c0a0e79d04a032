package dev.flowdpo.learning;

import java.time.Duration;
import java.util.Objects;

/**
 * What a learner has done, over all its calls and resumed runs.
 *
 * <p>Immutable and thread-safe.
 *
 * @param progress where the learner stands
 * @param validation whether the flow answered each problem correctly before it learned from it
 * @param elapsed wall-clock time of this call of {@link OnlineLearner#learn}
 * @param end why the call came to its end
 */
public record LearningReport(
    LearningProgress progress,
    ProgressiveValidation validation,
    Duration elapsed,
    LearningEnd end) {

  /** Checks that nothing is missing. */
  public LearningReport {
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(validation, "validation");
    Objects.requireNonNull(elapsed, "elapsed");
    Objects.requireNonNull(end, "end");
  }
}
