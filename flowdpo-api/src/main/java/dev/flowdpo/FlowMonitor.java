package dev.flowdpo;

import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import java.time.Duration;

/**
 * Watches how a flow works for all its callers, for figures and alarms; {@code flowdpo-micrometer}
 * is one. Every method does nothing unless overridden. What is written is told to a {@link
 * dev.flowdpo.policy.FlowListener}.
 *
 * <p>Called on the threads that work, by several at one time: it must be quick and thread-safe.
 * What it throws changes nothing; the first time it is logged as a warning.
 */
public interface FlowMonitor {

  /** Tells that the solve of a problem came to its end, one way or another. */
  default void onSolve(SolveFigures figures) {}

  /**
   * Tells that a round is over: a call of the policy and one of the judge for all who were there.
   * Where the application's own models run there are none. The solves that end with it may be told
   * before.
   *
   * @param rows how many answers grew in it, rollouts included
   * @param elapsed how long it took
   */
  default void onRound(int rows, Duration elapsed) {}

  /**
   * Tells that the flow has a learner: when it is made, or when the monitor comes later.
   *
   * @param name of the learner, {@link OnlineLearner.Builder#name}
   * @param learner to be asked for its progress, and not to be closed
   * @return what is told of its learning from now on; by default nothing
   */
  default LearningListener onLearner(String name, OnlineLearner learner) {
    return new LearningListener() {};
  }
}
