package dev.flowdpo.cli.learning;

import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.ProgressiveValidation;

/**
 * The figures of a learning run, as {@code learn --json} prints them and {@code result.json} keeps
 * them. Accuracies are shares in [0, 1].
 *
 * @param updates steps of both adapters together
 * @param heldOutBefore greedy accuracy of the flow on the held-out problems before learning
 * @param heldOutAfter the same after learning
 * @param verifierFailures answers without a verdict since the verifier threw, took too long or was
 *     out of reach
 * @param seconds wall-clock time of this process from the first held-out problem to the last
 */
record LearningResult(
    int problems,
    int pairsAnswer,
    int pairsStop,
    int updates,
    double progressiveAccuracy,
    double progressiveAccuracyFirst200,
    double progressiveAccuracyLast200,
    double heldOutBefore,
    double heldOutAfter,
    int heldOutProblems,
    double meanChunks,
    int verifierFailures,
    double seconds) {
  private static final int WINDOW = 200;

  static LearningResult of(
      LearningProgress progress,
      ProgressiveValidation validation,
      double heldOutBefore,
      double heldOutAfter,
      int heldOutProblems,
      double seconds) {
    return new LearningResult(
        progress.problems(),
        progress.answerPairs(),
        progress.stopPairs(),
        progress.answerUpdates() + progress.stopUpdates(),
        validation.accuracy(),
        validation.accuracyOfFirst(WINDOW),
        validation.accuracyOfLast(WINDOW),
        heldOutBefore,
        heldOutAfter,
        heldOutProblems,
        progress.meanChunks(),
        progress.verifierFailures(),
        seconds);
  }

  /** Returns the figures in a few lines, for people. */
  String summary() {
    String failures =
        verifierFailures == 0
            ? ""
            : "%nThe verifier failed on %d answers, which taught nothing"
                .formatted(verifierFailures);
    return """
    Held-out accuracy %.1f %% before, %.1f %% after (%d problems, greedy)
    Learned from %d problems: progressive accuracy %.1f %%, %d answer and %d stop pairs, %d updates, %.1f s\
    """
            .formatted(
                100 * heldOutBefore,
                100 * heldOutAfter,
                heldOutProblems,
                problems,
                100 * progressiveAccuracy,
                pairsAnswer,
                pairsStop,
                updates,
                seconds)
        + failures;
  }
}
