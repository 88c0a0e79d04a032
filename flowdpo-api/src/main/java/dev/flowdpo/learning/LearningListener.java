package dev.flowdpo.learning;

import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * Watches a learner. Every method does nothing unless overridden.
 *
 * <p>Called on the thread that learns, in the order of the data, so a slow listener slows learning.
 * An exception ends {@link OnlineLearner#learn} after the group under way, of which nobody is told
 * more, and reaches its caller; what was checkpointed stays. What is submitted goes on, with a
 * warning.
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
   * Tells that a problem cannot be used and is passed over.
   *
   * @param problem the problem
   * @param failure why
   */
  default void onPassedOver(Problem problem, Throwable failure) {}

  /**
   * Tells that a step was not taken: its gradient was not a number, or longer than {@link
   * OptimizerOptions#skipNorm()}. Its pairs are dropped.
   *
   * @param role the adapter, which stays as it was
   * @param gradientNorm the norm before clipping
   */
  default void onUpdateSkipped(AdapterRole role, double gradientNorm) {}

  /**
   * Tells what a gate decided on the updated adapters.
   *
   * @param decision with the figures it rests on
   */
  default void onGate(GateDecision decision) {}

  /**
   * Tells that the learner's state was written and can be resumed from.
   *
   * @param folder the checkpoint folder
   */
  default void onCheckpoint(Path folder) {}
}
