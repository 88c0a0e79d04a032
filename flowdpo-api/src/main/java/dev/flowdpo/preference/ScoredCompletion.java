package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.LogProbabilities;
import java.util.OptionalDouble;

/**
 * One completion of a group as an objective sees it: the log-probability (natural logarithm) of
 * each of its tokens, under the policy that learns and under the frozen reference, and its reward.
 * Immutable and thread-safe.
 */
public final class ScoredCompletion {
  private final double reward;
  private final float[] policy;
  private final float[] reference;
  private final LogProbabilities sampled;
  private final double policySum;
  private final double referenceSum;

  /**
   * Creates a scored completion.
   *
   * @param reward what the answer that it led to was worth
   * @param policy log π of each token, at least one; copied
   * @param reference log π_ref of each token; copied
   * @throws InvalidInputException if there are no tokens, not as many of each, or a sum is not
   *     finite
   */
  public ScoredCompletion(double reward, float[] policy, float[] reference) {
    this(reward, policy, reference, LogProbabilities.unknown());
  }

  /**
   * Creates a scored completion of which it is known how likely it was when it was sampled.
   *
   * @param reward what the answer that it led to was worth
   * @param policy log π of each token, at least one; copied
   * @param reference log π_ref of each token; copied
   * @param sampled log π of its tokens, or of the whole completion, when it was sampled
   * @throws InvalidInputException if there are no tokens, not as many of each, or a sum is not
   *     finite
   */
  public ScoredCompletion(
      double reward, float[] policy, float[] reference, LogProbabilities sampled) {
    if (policy.length == 0 || policy.length != reference.length) {
      throw new InvalidInputException(
          "scored completion: expected as many tokens of the policy as of the reference, at least"
              + " one, found %d and %d.".formatted(policy.length, reference.length));
    }
    this.reward = reward;
    this.sampled = sampled.ofAsMany("scored completion", policy.length);
    this.policy = policy.clone();
    this.reference = reference.clone();
    this.policySum = Require.finite("log-probability under the policy", sum(policy));
    this.referenceSum = Require.finite("log-probability under the reference", sum(reference));
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  /** {@return the reward of the answer that this completion led to} */
  public double reward() {
    return reward;
  }

  /** {@return the number of tokens, at least 1} */
  public int length() {
    return policy.length;
  }

  /** {@return log π of one token, counted from 0} */
  public double policy(int token) {
    return policy[token];
  }

  /** {@return log π_ref of one token, counted from 0} */
  public double reference(int token) {
    return reference[token];
  }

  /** {@return log π of the whole completion, the sum over its tokens} */
  public double policySum() {
    return policySum;
  }

  /** {@return log π of the whole completion when it was sampled; empty where that is not known} */
  public OptionalDouble sampledSum() {
    return sampled.sum();
  }

  /** {@return log π of one token, counted from 0, when it was sampled; empty if not known} */
  public OptionalDouble sampled(int token) {
    return sampled.hasTokens() ? OptionalDouble.of(sampled.get(token)) : OptionalDouble.empty();
  }

  /** {@return log π_ref of the whole completion, the sum over its tokens} */
  public double referenceSum() {
    return referenceSum;
  }
}
