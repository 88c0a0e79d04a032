package dev.flowdpo.learning;

import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import java.nio.file.Path;
import java.util.List;

/**
 * Watches a learner. Every method does nothing unless overridden.
 *
 * <p>Called on the thread that learns, in the order of the data, so a slow listener slows learning.
 * An exception ends {@link OnlineLearner#learn} and reaches its caller; what was checkpointed
 * stays.
 */
public interface LearningListener {

  /**
   * Tells that a problem was rolled out and counted.
   *
   * @param tree all that was tried on it
   * @param progress where the learner stands with it
   */
  default void onProblem(RolloutTree tree, LearningProgress progress) {}

  /**
   * Tells that a problem gave preference pairs.
   *
   * @param pairs the pairs, at least one
   */
  default void onPairs(List<PreferencePair> pairs) {}

  /**
   * Tells that an adapter was updated.
   *
   * @param metrics what the step did
   */
  default void onUpdate(UpdateMetrics metrics) {}

  /**
   * Tells that the learner's state was written and can be resumed from.
   *
   * @param folder the checkpoint folder
   */
  default void onCheckpoint(Path folder) {}
}
