package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.spi.LearnerSetup;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that learns from what is submitted: a daemon that begins with the first submission and
 * ends with the queue. Where nothing comes for a while it has the state saved. Thread-safe.
 */
final class SubmissionThread {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionThread.class);
  private static final Duration IDLE = Duration.ofSeconds(5);

  private final Learning learning;
  private final Runnable saving;
  private final SubmissionQueue queue;
  private final LearnerSetup setup;
  private boolean started;

  /** Learns from a group. */
  @FunctionalInterface
  interface Learning {
    /** Returns one outcome per problem, in their order. */
    List<ProblemOutcome> learn(List<Work> group) throws InterruptedException;
  }

  /**
   * @param learning learns from a group
   * @param saving saves the state
   */
  SubmissionThread(Learning learning, Runnable saving, SubmissionQueue queue, LearnerSetup setup) {
    this.learning = learning;
    this.saving = saving;
    this.queue = queue;
    this.setup = setup;
  }

  /** Starts the thread where it does not run yet. */
  synchronized void start() {
    if (!started) {
      started = true;
      Thread thread = new Thread(this::run, "flowdpo-" + setup.name());
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      while (!queue.isClosed()) {
        List<Submission> group = queue.take(setup.options().rollouts().problemsPerGroup(), IDLE);
        if (!group.isEmpty()) {
          learn(group);
        } else if (!queue.isClosed()) {
          saving.run();
        }
      }
    } finally {
      synchronized (this) {
        started = false; // an error ended this thread; the next submission starts another
      }
    }
  }

  private void learn(List<Submission> group) {
    try {
      List<ProblemOutcome> outcomes = learning.learn(group.stream().map(Submission::work).toList());
      for (int i = 0; i < group.size(); i++) {
        group.get(i).complete(outcomes.get(i));
      }
    } catch (Throwable e) {
      if (!queue.isClosed() && !(e instanceof FlowClosedException)) {
        boolean outOfMemory = e.getCause() instanceof OutOfMemoryError; // a trace tells nothing
        LOG.error(
            "Learner \"{}\": a group of submissions failed{}",
            setup.name(),
            outOfMemory ? ": " + e.getMessage() : "",
            outOfMemory ? null : e);
      }
      group.forEach(submission -> submission.fail(e));
      if (e instanceof Error error) {
        throw error;
      }
    }
  }
}
