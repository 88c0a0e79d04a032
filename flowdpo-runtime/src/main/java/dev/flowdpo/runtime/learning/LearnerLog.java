package dev.flowdpo.runtime.learning;

import com.google.common.util.concurrent.RateLimiter;
import dev.flowdpo.learning.LearningProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What somebody who runs a service reads in the log of a learner's life. Thread-safe. */
final class LearnerLog {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerLog.class);

  private final String name;

  /** Lets a line on the progress through twice a minute. */
  private final RateLimiter told = RateLimiter.create(1 / 30.0);

  LearnerLog(String name) {
    this.name = name;
  }

  void progress(LearningProgress progress) {
    if (told.tryAcquire()) {
      LOG.info(
          "Learner \"{}\": {} problems, progressive accuracy {}; {} updates from {} pairs of the"
              + " answer adapter, {} from {} of the stop adapter; {} verifier failures, {} problems"
              + " passed over, {} updates skipped",
          name,
          progress.problems(),
          Math.round(1_000 * progress.progressiveAccuracy()) / 1_000.0,
          progress.answerUpdates(),
          progress.answerPairs(),
          progress.stopUpdates(),
          progress.stopPairs(),
          progress.verifierFailures(),
          progress.passedOver(),
          progress.skippedUpdates());
    }
  }

  void saved(Path folder, int problems, long nanos) {
    LOG.info(
        "Learner \"{}\": the state after {} problems was saved to {} in {} ms",
        name,
        problems,
        folder,
        TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  void paused() {
    LOG.info("Learner \"{}\": paused", name);
  }

  void resumed() {
    LOG.info("Learner \"{}\": goes on", name);
  }

  void stopping(Duration limit) {
    LOG.info("Learner \"{}\": is to stop within {}", name, limit);
  }

  void brokenOff(Duration limit) {
    LOG.warn("Learner \"{}\": the group under way is broken off; it had {} to end", name, limit);
  }

  void closed(LearningProgress progress) {
    LOG.info(
        "Learner \"{}\": closed after {} problems, {} updates of the answer and {} of the stop"
            + " adapter",
        name,
        progress.problems(),
        progress.answerUpdates(),
        progress.stopUpdates());
  }
}
