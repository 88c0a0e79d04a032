package dev.flowdpo.runtime.learning;

import dev.flowdpo.learning.ProblemOutcome;
import java.util.concurrent.CompletableFuture;

/**
 * Something that was handed in and waits for its group.
 *
 * @param work what to learn from
 * @param outcome is completed once that is done
 */
record Submission(Work work, CompletableFuture<ProblemOutcome> outcome) {

  static Submission of(Work work) {
    return new Submission(work, new CompletableFuture<>());
  }

  /** Completes on another thread, so that whatever hangs on it does not hold up the learner. */
  void complete(ProblemOutcome value) {
    outcome.completeAsync(() -> value);
  }

  /** Fails on another thread. */
  void fail(Throwable reason) {
    outcome.defaultExecutor().execute(() -> outcome.completeExceptionally(reason));
  }
}
