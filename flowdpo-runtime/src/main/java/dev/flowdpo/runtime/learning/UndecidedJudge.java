package dev.flowdpo.runtime.learning;

import dev.flowdpo.policy.StopDecision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices in the first problems a judge that cannot tell: whose probability of "finished" is near
 * one half for everything, as every model gives that never learned to judge. Says so once, with
 * what can be done about it. Not thread-safe.
 */
final class UndecidedJudge {
  private static final Logger LOG = LoggerFactory.getLogger(UndecidedJudge.class);
  private static final double NEAR = 0.1;
  private static final double MOST = 0.75;
  private static final int DECISIONS = 16;

  private final String name;
  private final boolean mended;
  private boolean looked;

  /**
   * @param name of the learner
   * @param mended whether the end of the text decides where the judge does not
   */
  UndecidedJudge(String name, boolean mended) {
    this.name = name;
    this.mended = mended;
  }

  /** Says whether a decision's probability lies between 0.4 and 0.6. */
  static boolean isUndecided(StopDecision decision) {
    return Math.abs(decision.stopProbability() - 0.5) < NEAR;
  }

  /** Looks at the first decisions and returns whether it has just found that they are none. */
  boolean watch(LearnerState state) {
    if (looked || state.decisions() < DECISIONS) {
      return false;
    }
    looked = true;
    double share = (double) state.undecided() / state.decisions();
    if (share < MOST) {
      return false;
    }
    String found =
        "%d of the judge's first %d probabilities of \"finished\" lie between 0.4 and 0.6: it cannot tell yet"
            .formatted(state.undecided(), state.decisions());
    if (mended) {
      LOG.info("Learner \"{}\": {}; the end of the text decides until it can", name, found);
    } else {
      LOG.warn(
          "Learner \"{}\": {}, and chunks end answers as by a coin. Let the end of the text decide"
              + " until it has learned to (ModelOptions.undecidedMargin, --undecided-margin 0.1),"
              + " or look for a better question and threshold (Flow.calibrate, flowdpo calibrate).",
          name,
          found);
    }
    return true;
  }
}
