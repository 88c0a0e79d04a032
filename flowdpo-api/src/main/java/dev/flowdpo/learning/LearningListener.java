package dev.flowdpo.learning;

import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import java.nio.file.Path;
import java.util.List;

/**
 * Watches a learner. Every method does nothing unless overridden. Called on the thread that learns,
 * in the order of the data, so a slow listener slows learning. An exception ends {@link
 * OnlineLearner#learn} and reaches its caller; what was checkpointed stays.
 */
public interface LearningListener {

  /**
   * Tells that a problem was rolled out and counted: all that was tried on it, and where the
   * learner stands with it.
   */
  default void onProblem(RolloutTree tree, LearningProgress progress) {}

  /** Tells that a problem gave preference pairs, at least one. */
  default void onPairs(List<PreferencePair> pairs) {}

  /** Tells that an adapter was updated, and what the step did. */
  default void onUpdate(UpdateMetrics metrics) {}

  /**
   * Tells that the learner's state was written to its checkpoint folder and can be resumed from.
   */
  default void onCheckpoint(Path folder) {}
}
