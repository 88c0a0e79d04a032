package dev.flowdpo.benchmarks;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A flow and its learner between an opening and a closing, with a verifier and a listener that are
 * slow, hang and throw. Thread-safe.
 */
record ServedFlow(Flow flow, OnlineLearner learner) {
  /** What listeners and verifiers throw. */
  static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Thrown() {
      super("thrown on purpose");
    }
  }

  /**
   * Opens a flow, whose learner goes on where the one before was closed.
   *
   * @param folder of the learner's state
   */
  static ServedFlow open(Path folder) {
    Flow flow = Flow.builder().serving(serving -> serving.queueLimit(200)).build();
    OnlineLearner learner =
        flow.learner()
            .verifier(ServedFlow::verify)
            .listener(
                new LearningListener() {
                  @Override
                  public void onProblem(RolloutTree tree, LearningProgress progress) {
                    disturb(0.01);
                  }
                })
            .options(
                options ->
                    options
                        .rollouts(
                            rollouts ->
                                rollouts
                                    .problemsPerGroup(4)
                                    .parallelVerifications(4)
                                    .verifierTimeLimit(Duration.ofSeconds(2)))
                        .submissions(s -> s.groupWait(Duration.ofMillis(50)))
                        .checkpointEveryProblems(4))
            .checkpoint(folder)
            .resume(true)
            .build();
    return new ServedFlow(flow, learner);
  }

  private static Verdict verify(Attempt attempt) {
    disturb(0.02);
    if (ThreadLocalRandom.current().nextInt(2_000) == 0) {
      sleep(4_000); // longer than it may take
    }
    return Verdict.of(attempt.finalAnswer().equals(attempt.problem().answer()));
  }

  /** Throws or is slow, each with this probability. */
  static void disturb(double probability) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextDouble() < probability) {
      throw new Thrown();
    }
    if (random.nextDouble() < probability) {
      sleep(random.nextInt(200));
    }
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
