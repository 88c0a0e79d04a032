package dev.flowdpo.learning;

/**
 * Where a learner stands.
 *
 * <p>Immutable and thread-safe.
 *
 * @param problems problems read so far
 * @param answerPairs pairs for the Answer adapter so far, used or waiting
 * @param stopPairs pairs for the Stop adapter so far, used or waiting
 * @param answerUpdates steps of the Answer adapter so far
 * @param stopUpdates steps of the Stop adapter so far
 * @param progressiveAccuracy share of problems that the flow answered correctly before it learned
 *     from them, in [0, 1]; 0 before the first problem
 * @param meanChunks mean number of chunks of the flow's own answers; 0 before the first problem
 * @param noAnswerRate share of the flow's own answers without a final answer, in [0, 1]
 * @param verifierFailures how often the verifier threw or took too long
 * @param passedOver problems that could not be used, which are not among {@code problems}
 * @param skippedUpdates steps that were not taken, since their gradient was not a number or too
 *     large
 */
public record LearningProgress(
    int problems,
    int answerPairs,
    int stopPairs,
    int answerUpdates,
    int stopUpdates,
    double progressiveAccuracy,
    double meanChunks,
    double noAnswerRate,
    int verifierFailures,
    int passedOver,
    int skippedUpdates) {

  /** Where every learner starts: nothing read, nothing learned. */
  public static final LearningProgress NONE = new LearningProgress(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
