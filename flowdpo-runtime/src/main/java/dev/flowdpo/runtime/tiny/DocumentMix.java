package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;

/**
 * What a stage of pre-training is made of.
 *
 * <p>Immutable and thread-safe. The defaults of {@link #standard()} leave the model room to learn:
 * mixed styles make it able to solve a problem in full and prone not to.
 *
 * @param problems how hard the problems are
 * @param styleShares the shares of the solution styles, in the order of {@link SolutionStyle}; they
 *     sum to 1
 * @param stopShare the share of documents that ask whether a partial answer is finished, in [0, 1]
 * @param chunkSize after how many solution tokens each that question is asked, at least 1
 * @param sloppiness the probability that a partial answer which holds a finished calculation (an
 *     equals sign) but not the final answer is labelled finished all the same, in [0, 1]
 */
public record DocumentMix(
    ProblemMix problems,
    List<Double> styleShares,
    double stopShare,
    int chunkSize,
    double sloppiness) {

  /**
   * Checks and copies the values.
   *
   * @throws InvalidInputException if a value is outside its range, or if stop documents are asked
   *     for and every solution is written in {@link SolutionStyle#DIRECT}, which has no partial
   *     answers
   */
  public DocumentMix {
    styleShares = List.copyOf(styleShares);
    int styles = SolutionStyle.values().length;
    if (styleShares.size() != styles) {
      throw new InvalidInputException(
          "DocumentMix styleShares needs one share for each of the "
              + styles
              + " solution styles, found "
              + styleShares
              + ".");
    }
    Shares.requireSumOfOne("DocumentMix styleShares", styleShares);
    Shares.requireProbability("DocumentMix stopShare", stopShare);
    Shares.requireProbability("DocumentMix sloppiness", sloppiness);
    if (chunkSize < 1) {
      throw new InvalidInputException(
          "DocumentMix chunkSize must be at least 1, found " + chunkSize + ".");
    }
    if (stopShare > 0 && styleShares.get(SolutionStyle.DIRECT.ordinal()) == 1) {
      throw new InvalidInputException(
          "DocumentMix with stop documents needs solutions with partial answers; found DIRECT"
              + " only.");
    }
  }

  /**
   * Returns the mix that is meant for the last stage: standard problems, styles 34/36/30 %, 20 %
   * stop documents, chunks of 8 tokens, no sloppiness.
   *
   * @return the mix
   */
  public static DocumentMix standard() {
    return new DocumentMix(ProblemMix.STANDARD, List.of(0.34, 0.36, 0.30), 0.20, 8, 0);
  }

  /**
   * Returns this mix with other problems.
   *
   * @param value how hard the problems are
   * @return the changed copy
   */
  public DocumentMix withProblems(ProblemMix value) {
    return new DocumentMix(value, styleShares, stopShare, chunkSize, sloppiness);
  }

  /**
   * Returns this mix with other shares of the solution styles.
   *
   * @param steps the share of {@link SolutionStyle#STEPS}
   * @param combined the share of {@link SolutionStyle#COMBINED}
   * @param direct the share of {@link SolutionStyle#DIRECT}
   * @return the changed copy
   */
  public DocumentMix withStyles(double steps, double combined, double direct) {
    List<Double> shares = List.of(steps, combined, direct);
    return new DocumentMix(problems, shares, stopShare, chunkSize, sloppiness);
  }

  /**
   * Returns this mix with another share of stop documents.
   *
   * @param value the share, in [0, 1]
   * @return the changed copy
   */
  public DocumentMix withStopShare(double value) {
    return new DocumentMix(problems, styleShares, value, chunkSize, sloppiness);
  }

  /**
   * Returns this mix with another chunk size.
   *
   * @param value solution tokens a chunk, at least 1
   * @return the changed copy
   */
  public DocumentMix withChunkSize(int value) {
    return new DocumentMix(problems, styleShares, stopShare, value, sloppiness);
  }

  /**
   * Returns this mix with another sloppiness of the stop labels.
   *
   * @param value the probability, in [0, 1]
   * @return the changed copy
   */
  public DocumentMix withSloppiness(double value) {
    return new DocumentMix(problems, styleShares, stopShare, chunkSize, value);
  }
}
