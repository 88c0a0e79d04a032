package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;

/**
 * How hard generated word problems are: the shares of one-step to four-step problems, how often a
 * sentence that does not matter is mixed in, and how large the numbers get.
 *
 * <p>Immutable and thread-safe. Every quantity in a problem lies in {@code 1..maxValue}.
 *
 * @param stepShares the share of problems with 1, 2, 3, … steps; they sum to 1
 * @param distractorShare the share of problems with one sentence that does not matter, in [0, 1]
 * @param misleadingShare the share of problems in which somebody else gets, has or loses some of
 *     the same things, which does not matter either but reads as if it did, in [0, 1]
 * @param maxValue the largest quantity that occurs, 20 to 99
 * @param maxOperand the largest number that is added or taken away after the opening, at least 2
 * @param maxFactor the largest factor of an opening such as "3 bags with 4 apples each", at least 3
 */
public record ProblemMix(
    List<Double> stepShares,
    double distractorShare,
    double misleadingShare,
    int maxValue,
    int maxOperand,
    int maxFactor) {

  /** The default mix: 20/35/30/15 % with 1 to 4 steps, 12 % distractors, values up to 40. */
  public static final ProblemMix STANDARD =
      new ProblemMix(List.of(0.20, 0.35, 0.30, 0.15), 0.12, 0, 40, 10, 8);

  /** The same stories with larger numbers, up to 99: the first stage of pre-training. */
  public static final ProblemMix WIDE = new ProblemMix(STANDARD.stepShares, 0.12, 0, 99, 20, 9);

  /**
   * Problems whose difficulty is to see what matters: in three of four somebody else gets or loses
   * some of the same things. The bundled model was never trained on such a sentence, and most of
   * its errors here are errors of reasoning. Numbers and steps are those of {@link #STANDARD}.
   */
  public static final ProblemMix MISLEADING =
      new ProblemMix(STANDARD.stepShares, 0.12, 0.75, 40, 10, 8);

  /**
   * Checks and copies the values.
   *
   * @throws InvalidInputException if a value is outside its range
   */
  public ProblemMix {
    stepShares = List.copyOf(stepShares);
    Shares.requireSumOfOne("ProblemMix stepShares", stepShares);
    Shares.requireProbability("ProblemMix distractorShare", distractorShare);
    Shares.requireProbability("ProblemMix misleadingShare", misleadingShare);
    requireRange("maxValue", maxValue, 20, 99);
    requireRange("maxOperand", maxOperand, 2, maxValue / 2);
    requireRange("maxFactor", maxFactor, 3, maxValue / 2);
  }

  private static void requireRange(String name, int value, int from, int to) {
    if (value < from || value > to) {
      throw new InvalidInputException(
          "ProblemMix " + name + " must be in " + from + ".." + to + ", found " + value + ".");
    }
  }
}
