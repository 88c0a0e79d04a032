package dev.flowdpo.learning;

import java.time.Duration;
import java.util.Objects;

/** What a learner has done, over all its calls and resumed runs. Immutable and thread-safe. */
public final class LearningReport extends ByValue {
  private final Values values;

  private record Values(
      LearningProgress progress,
      ProgressiveValidation validation,
      Duration elapsed,
      LearningEnd end) {}

  private LearningReport(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return a report of where a learner stands after a call that took this long} */
  public static LearningReport of(
      LearningProgress progress,
      ProgressiveValidation validation,
      Duration elapsed,
      LearningEnd end) {
    return new LearningReport(
        new Values(
            Objects.requireNonNull(progress, "progress"),
            Objects.requireNonNull(validation, "validation"),
            Objects.requireNonNull(elapsed, "elapsed"),
            Objects.requireNonNull(end, "end")));
  }

  /** {@return where the learner stands} */
  public LearningProgress progress() {
    return values.progress;
  }

  /** {@return whether the flow answered each problem correctly before it learned from it} */
  public ProgressiveValidation validation() {
    return values.validation;
  }

  /** {@return wall-clock time of this call of {@link OnlineLearner#learn}} */
  public Duration elapsed() {
    return values.elapsed;
  }

  /** {@return why the call came to its end} */
  public LearningEnd end() {
    return values.end;
  }
}
