package dev.flowdpo.learning;

/** Why a call of {@link OnlineLearner#learn} came to its end. */
public enum LearningEnd {
  /** There are no more problems. */
  FINISHED,
  /** The learner was stopped or closed. */
  STOPPED,
  /** The thread was interrupted; it still is. */
  INTERRUPTED
}
