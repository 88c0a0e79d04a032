package dev.flowdpo.learning;

import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * Watches a learner. Every method does nothing unless overridden. Called on the thread that learns,
 * in the order of the data, so a slow listener slows learning. An exception ends {@link
 * OnlineLearner#learn} after the group under way, of which nobody is told more, and reaches its
 * caller; what was checkpointed stays. What is submitted goes on, with a warning.
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

  /** Tells that a problem cannot be used and is passed over, and why. */
  default void onPassedOver(Problem problem, Throwable failure) {}

  /**
   * Tells that a step of an adapter, which stays as it was, was not taken: its gradient was not a
   * number, or, before clipping, longer than {@link OptimizerOptions#skipNorm()}. Its pairs are
   * dropped.
   */
  default void onUpdateSkipped(AdapterRole role, double gradientNorm) {}

  /** Tells what a gate decided on the updated adapters, with the figures it rests on. */
  default void onGate(GateDecision decision) {}

  /**
   * Tells that the learner's state was written to its checkpoint folder and can be resumed from.
   */
  default void onCheckpoint(Path folder) {}
}
