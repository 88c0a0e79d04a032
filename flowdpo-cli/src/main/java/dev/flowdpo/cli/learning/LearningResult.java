package dev.flowdpo.cli.learning;

import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.ProgressiveValidation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of a learning run, as {@code learn --json} prints them and {@code result.json} keeps
 * them. Accuracies are shares in [0, 1].
 *
 * @param updates steps of both adapters together
 * @param heldOutBefore greedy accuracy of the flow on the held-out problems before learning
 * @param heldOutAfter the same after learning
 * @param verifierFailures answers without a verdict since the verifier threw, took too long or was
 *     out of reach
 * @param undecidedStops share of the flow's own stop decisions with a probability near one half
 * @param nodes output nodes that were explored
 * @param nodesWithoutContrast those of them whose branches fared alike
 * @param seconds wall-clock time of this process from the first held-out problem to the last
 * @param settings what the run was made with
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
    double undecidedStops,
    int nodes,
    int nodesWithoutContrast,
    double seconds,
    Settings settings) {
  private static final int WINDOW = 200;
  private static final double UNDECIDED = 0.75;
  private static final String UNDECIDED_REMEDY =
      """

      The stop judge could not tell: %.0f %% of its probabilities lie near one half. Let the end of\
       the text decide until it has learned (--undecided-margin 0.1), or calibrate it (flowdpo calibrate)\
      """;

  /**
   * What the run was made with.
   *
   * @param fit what the defaults fit
   * @param values all settings of flow, sampler, objective and learner
   */
  record Settings(String fit, Map<String, Object> values) {
    Settings {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  static LearningResult of(
      LearningProgress progress,
      ProgressiveValidation validation,
      double heldOutBefore,
      double heldOutAfter,
      int heldOutProblems,
      double seconds,
      Settings settings) {
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
        progress.undecidedStops(),
        progress.nodes(),
        progress.nodesWithoutContrast(),
        seconds,
        settings);
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
        + failures
        + (undecidedStops < UNDECIDED ? "" : UNDECIDED_REMEDY.formatted(100 * undecidedStops));
  }
}
