package dev.flowdpo.spi;

import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything an application chose for a learner, checked. {@link dev.flowdpo.Flow#learner()} makes
 * it and engines read it; it grows as there is more to choose. Immutable and thread-safe.
 */
public interface LearnerSetup {

  /** {@return the flow's live policy; the application's own where it supplied one} */
  FlowPolicy policy();

  /** {@return the flow's live judge; the application's own where it supplied one} */
  StopJudge judge();

  /** {@return whether that policy is the engine's, and none that the application supplied} */
  boolean enginePolicy();

  /** {@return whether that judge is the engine's, and none that the application supplied} */
  boolean engineJudge();

  /** {@return the flow's options, for the rollouts} */
  FlowOptions flow();

  /**
   * {@return the verifier as given; a learner puts a {@link dev.flowdpo.rollout.VerifierGuard}
   * around}
   */
  Verifier verifier();

  /** {@return what learning minimises} */
  DpoObjective objective();

  /** {@return what explores the problems} */
  RolloutSampler sampler();

  /** {@return where they are explored; by default {@link RolloutExecutor#local()}} */
  default RolloutExecutor executor() {
    return RolloutExecutor.local();
  }

  /** {@return how rollouts become pairs} */
  PairRule pairRule();

  /** {@return the learner's numbers} */
  LearnerOptions options();

  /** {@return who watches} */
  LearningListener listener();

  /** {@return the folder for the learner's state; empty for none} */
  Optional<Path> checkpoint();

  /** {@return whether to go on from that folder, which is then present} */
  boolean resume();

  /** {@return whether a state in that folder may be replaced} */
  boolean overwrite();

  /** {@return what is done to a waiting pair before it is written} */
  Function<PreferencePair, Optional<PreferencePair>> redaction();

  /** {@return the held-out problems of the gate; mostly none} */
  List<Problem> validation();

  /** {@return what names the learner} */
  String name();

  /**
   * Waits while the flow's solves have the right of way; a learner calls it after each update.
   *
   * @param used how long the update took, in nanoseconds
   */
  default void giveWay(long used) {}
}
