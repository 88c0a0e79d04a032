package dev.flowdpo.spring;

import dev.flowdpo.learning.OnlineLearner;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Stops the learner and has it save while the context closes: after the web server, so that the
 * last feedback is among what is learned from, and within the time of a shutdown phase. A learner
 * that was stopped stays so; a paused context leaves it at work. Thread-safe.
 */
final class LearnerLifecycle implements SmartLifecycle {
  /** The web server stops in phases from 2,048 below the default one. */
  private static final int PHASE = DEFAULT_PHASE - 4096;

  private static final Logger log = LoggerFactory.getLogger(LearnerLifecycle.class);

  private final OnlineLearner learner;
  private final Duration limit;
  private volatile boolean running;

  LearnerLifecycle(OnlineLearner learner, Duration limit) {
    this.learner = learner;
    this.limit = limit;
  }

  Duration limit() {
    return limit;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    if (learner.stop(limit)) {
      log.info("Learner stopped after {} problems", learner.progress().problems());
    } else {
      log.warn("Learner: the group under way took longer than {} and was broken off", limit);
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
