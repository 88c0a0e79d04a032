package dev.flowdpo.rollout;

import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Objects;
import java.util.Optional;

/**
 * A verifier's judgement of one answer. Rewards form a preference pair where they differ by at
 * least {@link dev.flowdpo.preference.PairOptions#rewardMargin()}.
 *
 * <pre>{@code
 * Verdict.correct("equal values");
 * Verdict.reward(0.75, "3 of 4 tests pass");
 * Verdict.unknown("the problem has no known answer");
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param known whether there is a judgement at all; an unknown verdict never forms a pair and
 *     counts as not correct
 * @param reward how good the answer is, in [0, 1]; 0 where not known
 * @param reason why, for people; {@code ""} where nothing is to be said
 * @param answer the final answer that was judged and the rule that found it in the solution; empty
 *     where the verifier looks for none
 * @param failure whether the verifier failed, so that nothing is known; learning counts such
 *     verdicts
 */
public record Verdict(
    boolean known,
    double reward,
    String reason,
    Optional<ExtractedAnswer> answer,
    boolean failure) {
  private static final double CORRECT_FROM = 0.5;

  /**
   * Checks the values.
   *
   * @throws dev.flowdpo.error.InvalidInputException if the reward is not in [0, 1], or not 0 where
   *     the verdict is not known, or if a failure is said to be known
   */
  public Verdict {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(answer, "answer");
    Require.within(0, known ? 1 : 0, known ? "reward" : "reward of an unknown verdict", reward);
    if (known && failure) {
      throw new InvalidInputException(
          "failure: expected an unknown verdict where the verifier failed, found a known one.");
    }
  }

  /**
   * Creates a verdict on a solution as a whole.
   *
   * @param known whether there is a judgement at all
   * @param reward how good the answer is, in [0, 1]; 0 where not known
   * @param reason why
   * @throws dev.flowdpo.error.InvalidInputException if the reward is out of range
   */
  public Verdict(boolean known, double reward, String reason) {
    this(known, reward, reason, Optional.empty(), false);
  }

  /**
   * Returns a verdict without a reason.
   *
   * @param correct whether the answer is right
   * @return reward 1 or 0
   */
  public static Verdict of(boolean correct) {
    return new Verdict(true, correct ? 1 : 0, "");
  }

  /**
   * Returns the verdict that the answer is right.
   *
   * @param reason why
   * @return reward 1
   */
  public static Verdict correct(String reason) {
    return new Verdict(true, 1, reason);
  }

  /**
   * Returns the verdict that the answer is wrong.
   *
   * @param reason why
   * @return reward 0
   */
  public static Verdict incorrect(String reason) {
    return new Verdict(true, 0, reason);
  }

  /**
   * Returns a graded verdict.
   *
   * @param reward how good the answer is, in [0, 1]; from 0.5 it counts as correct
   * @param reason why
   * @return the verdict
   * @throws dev.flowdpo.error.InvalidInputException if the reward is not in [0, 1]
   */
  public static Verdict reward(double reward, String reason) {
    return new Verdict(true, reward, reason);
  }

  /**
   * Returns the verdict that nothing is known of the answer.
   *
   * @param reason why not
   * @return a verdict that never forms a pair
   */
  public static Verdict unknown(String reason) {
    return new Verdict(false, 0, reason);
  }

  /**
   * Returns the verdict of a verifier that could not do its work: it broke, hung, or was out of
   * reach.
   *
   * @param reason what happened, with the verifier's name
   * @return an unknown verdict that counts as a failure
   */
  public static Verdict failed(String reason) {
    return new Verdict(false, 0, reason, Optional.empty(), true);
  }

  /**
   * Returns the same verdict with the answer it is about.
   *
   * @param extracted the final answer and how it was found
   * @return a verdict that names it
   */
  public Verdict on(ExtractedAnswer extracted) {
    return new Verdict(known, reward, reason, Optional.of(extracted), failure);
  }

  /**
   * Says whether the answer is right.
   *
   * @return true where the verdict is known and the reward is at least 0.5
   */
  public boolean isCorrect() {
    return known && reward >= CORRECT_FROM;
  }
}
