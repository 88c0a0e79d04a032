package dev.flowdpo.rollout;

import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.Require;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A verifier's judgement of one answer. Rewards, in [0, 1], form a preference pair where they
 * differ by at least {@link dev.flowdpo.preference.PairOptions#rewardMargin()}; from 0.5 on an
 * answer counts as correct. An unknown verdict never forms a pair and counts as not correct.
 *
 * <pre>{@code
 * Verdict.correct("equal values");
 * Verdict.reward(0.75, "3 of 4 tests pass");
 * Verdict.unknown("the problem has no known answer");
 * }</pre>
 *
 * <p>A reward out of its range is refused with an {@link dev.flowdpo.error.InvalidInputException}.
 * Equal by content. Immutable and thread-safe.
 */
public final class Verdict {
  private static final double CORRECT_FROM = 0.5;

  private final OptionalDouble reward;
  private final Optional<String> reason;
  private final Optional<ExtractedAnswer> answer;
  private final boolean failure;

  private Verdict(
      OptionalDouble reward,
      Optional<String> reason,
      Optional<ExtractedAnswer> answer,
      boolean failure) {
    this.reward = reward;
    this.reason = reason.filter(text -> !text.isEmpty());
    this.answer = answer;
    this.failure = failure;
  }

  private static Verdict known(double reward, Optional<String> reason) {
    Require.within(0, 1, "reward", reward);
    return new Verdict(OptionalDouble.of(reward), reason, Optional.empty(), false);
  }

  /** {@return reward 1 or 0, without a reason} */
  public static Verdict of(boolean correct) {
    return known(correct ? 1 : 0, Optional.empty());
  }

  /** {@return the verdict that the answer is right: reward 1} */
  public static Verdict correct(String reason) {
    return known(1, Optional.of(reason));
  }

  /** {@return the verdict that the answer is wrong: reward 0} */
  public static Verdict incorrect(String reason) {
    return known(0, Optional.of(reason));
  }

  /** {@return a graded verdict without a reason} */
  public static Verdict reward(double reward) {
    return known(reward, Optional.empty());
  }

  /** {@return a graded verdict and why} */
  public static Verdict reward(double reward, String reason) {
    return known(reward, Optional.of(reason));
  }

  /** {@return the verdict that nothing is known of the answer; it never forms a pair} */
  public static Verdict unknown(String reason) {
    return new Verdict(OptionalDouble.empty(), Optional.of(reason), Optional.empty(), false);
  }

  /**
   * {@return the verdict of a verifier that broke, hung, or was out of reach: unknown, and counted
   * as a failure; the reason tells what happened, with the verifier's name}
   */
  public static Verdict failed(String reason) {
    return new Verdict(OptionalDouble.empty(), Optional.of(reason), Optional.empty(), true);
  }

  /** {@return the same verdict, with the final answer that it is about} */
  public Verdict on(ExtractedAnswer extracted) {
    return on(Optional.of(extracted));
  }

  /** {@return the same verdict, with the final answer that it is about, where there is one} */
  public Verdict on(Optional<ExtractedAnswer> extracted) {
    return new Verdict(reward, reason, extracted, failure);
  }

  /** {@return whether there is a judgement at all} */
  public boolean known() {
    return reward.isPresent();
  }

  /** {@return how good the answer is, in [0, 1]; empty where nothing is known} */
  public OptionalDouble reward() {
    return reward;
  }

  /** {@return why, for people; empty where nothing is to be said} */
  public Optional<String> reason() {
    return reason;
  }

  /**
   * {@return the final answer that was judged and the rule that found it; empty where there is
   * none, or the verifier looks for none}
   */
  public Optional<ExtractedAnswer> answer() {
    return answer;
  }

  /** {@return whether the verifier failed, so that nothing is known; learning counts these} */
  public boolean failure() {
    return failure;
  }

  /** {@return whether the answer is right: the verdict is known and the reward at least 0.5} */
  public boolean isCorrect() {
    return reward.orElse(0) >= CORRECT_FROM;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Verdict that
        && reward.equals(that.reward)
        && reason.equals(that.reason)
        && answer.equals(that.answer)
        && failure == that.failure;
  }

  @Override
  public int hashCode() {
    return Objects.hash(reward, reason, answer, failure);
  }

  /** {@return all parts, for logs} */
  @Override
  public String toString() {
    return "Verdict[reward=%s, reason=%s, answer=%s, failure=%s]"
        .formatted(reward, reason, answer, failure);
  }
}
