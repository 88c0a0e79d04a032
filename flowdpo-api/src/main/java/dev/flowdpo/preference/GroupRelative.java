package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.List;

/**
 * Learns from rewards within a group of completions of one prompt: each is made likelier by as much
 * as its reward lies above the group's mean, with rewards in [0, 1] used as they are. In numbers
 * the loss of n completions is
 *
 * <pre>{@code
 * 1/n Σ −Aᵢ log πᵢ / sᵢ,   Aᵢ = rᵢ − mean r
 * }</pre>
 *
 * with sᵢ = 1 (Dr. GRPO, Liu et al., arXiv 2503.20783); or, with {@link Builder#lengthNormalised},
 * the number of its tokens, and with {@link Builder#deviationNormalised} Aᵢ / (std r + 1e-4) (GRPO,
 * Shao et al., arXiv 2402.03300, whose std is that of a sample); or, with {@link
 * Builder#leaveOneOut}, the mean of the others in place of the group's (RLOO, Ahmadian et al.,
 * arXiv 2402.14740). There are two further terms, of whole completions, so that one pass through
 * the model is enough, unless {@link Builder#clipOfTokens} or {@link Builder#klOfTokens} asks for a
 * second:
 *
 * <ul>
 *   <li>{@link Builder#clip}: −min(ρᵢ Aᵢ, clip(ρᵢ, 1 − ε, 1 + ε) Aᵢ) in place of −Aᵢ log πᵢ / sᵢ,
 *       with ρᵢ = exp((log πᵢ − log π_sampled,ᵢ) / sᵢ) (GSPO, Zheng et al., arXiv 2507.18071); or,
 *       with {@link Builder#clipOfTokens}, the sum of that over single tokens, with their own
 *       ratios ρᵢₜ, divided by sᵢ, as in GRPO. Where it is not known how likely the completion was
 *       when it was sampled, as for stop decisions, it counts as sampled now.
 *   <li>{@link Builder#kl}: plus the weight times exp(dᵢ) − dᵢ − 1, dᵢ = (log π_ref,ᵢ − log πᵢ) /
 *       sᵢ, an estimate of the divergence from the reference; or, with {@link Builder#klOfTokens},
 *       times Σₜ (exp(dᵢₜ) − dᵢₜ − 1) / sᵢ with dᵢₜ = log π_ref,ᵢₜ − log πᵢₜ of single tokens, as
 *       in GRPO.
 * </ul>
 *
 * <p>Exponents above 20 count along the tangent, so that everything is finite. Forms of single
 * tokens are {@link DpoObjective#ofTokens}, by a second pass. A group whose rewards are equal
 * teaches nothing and is not formed ({@link PairRule#groups}). Immutable, thread-safe and equal by
 * value.
 */
public final class GroupRelative implements DpoObjective {
  private static final double DEVIATION_FLOOR = 1e-4;
  private static final double STEEPEST = 20;

  private final Values values;

  private record Values(
      boolean leaveOneOut,
      boolean lengthNormalised,
      boolean deviationNormalised,
      double clip,
      boolean clipOfTokens,
      double kl,
      boolean klOfTokens,
      boolean wholeAnswers) {}

  private GroupRelative(Values values) {
    this.values = values;
  }

  /** {@return a builder of rewards against the group's mean, divided by nothing} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return RLOO: rewards against the mean of the others} */
  public static GroupRelative rloo() {
    return builder().leaveOneOut(true).build();
  }

  /** {@return the rule of groups that goes with it} */
  @Override
  public PairRule rule(PairOptions options) {
    return PairRule.groups(values.wholeAnswers);
  }

  @Override
  public boolean tokenLevel() {
    return (values.klOfTokens && values.kl > 0) || (values.clipOfTokens && values.clip > 0);
  }

  @Override
  public ObjectiveValue evaluate(LogProbabilitySums sums) {
    throw new UnsupportedOperationException(
        "This objective looks at the rewards of a group; call evaluate(List).");
  }

  @Override
  public GroupValue evaluate(List<ScoredCompletion> group) {
    double[] advantages = advantages(group);
    int n = advantages.length;
    double[][] derivatives = new double[n][];
    double loss = 0;
    for (int i = 0; i < n; i++) {
      ScoredCompletion completion = group.get(i);
      double scale = values.lengthNormalised ? completion.length() : 1;
      double[] slopes = new double[tokenLevel() ? completion.length() : 1];
      loss += rewardLoss(completion, advantages[i], scale, slopes);
      loss += divergence(completion, scale, slopes);
      derivatives[i] = slopes;
      for (int t = 0; t < slopes.length; t++) {
        slopes[t] /= n;
      }
    }
    return new GroupValue(loss / n, derivatives);
  }

  /** Returns the term of the reward, and adds its derivative. */
  private double rewardLoss(
      ScoredCompletion completion, double advantage, double scale, double[] slopes) {
    double now = completion.policySum();
    if (values.clip == 0) {
      addToAll(slopes, -advantage / scale);
      return -advantage * now / scale;
    }
    if (!values.clipOfTokens) {
      Clipped whole = clipped((now - completion.sampledSum().orElse(now)) / scale, advantage);
      addToAll(slopes, whole.slope / scale);
      return whole.loss;
    }
    double loss = 0;
    for (int t = 0; t < completion.length(); t++) {
      double policy = completion.policy(t);
      Clipped token = clipped(policy - completion.sampled(t).orElse(policy), advantage);
      loss += token.loss / scale;
      slopes[t] += token.slope / scale;
    }
    return loss;
  }

  /** The loss by a ratio to the sampler, and its derivative by the ratio's logarithm. */
  private record Clipped(double loss, double slope) {}

  private Clipped clipped(double away, double advantage) {
    double ratio = 1 + growth(away);
    double bounded = Math.max(1 - values.clip, Math.min(1 + values.clip, ratio));
    boolean free = ratio * advantage <= bounded * advantage;
    return free
        ? new Clipped(-ratio * advantage, -Math.exp(Math.min(away, STEEPEST)) * advantage)
        : new Clipped(-bounded * advantage, 0);
  }

  /** Returns the term of the divergence from the reference, and adds its derivative. */
  private double divergence(ScoredCompletion completion, double scale, double[] slopes) {
    if (values.kl == 0) {
      return 0;
    }
    if (!values.klOfTokens) {
      double away = (completion.referenceSum() - completion.policySum()) / scale;
      addToAll(slopes, klSlope(away, scale));
      return values.kl * (growth(away) - away);
    }
    double loss = 0;
    for (int t = 0; t < completion.length(); t++) {
      double away = completion.reference(t) - completion.policy(t);
      loss += values.kl * (growth(away) - away) / scale;
      slopes[t] += klSlope(away, scale);
    }
    return loss;
  }

  /** The derivative by a sum is the derivative by each of its tokens. */
  private static void addToAll(double[] slopes, double slope) {
    for (int t = 0; t < slopes.length; t++) {
      slopes[t] += slope;
    }
  }

  private double klSlope(double away, double scale) {
    return -values.kl * Math.expm1(Math.min(away, STEEPEST)) / scale;
  }

  /** Returns e^x − 1, and its tangent where that gets too steep. */
  private static double growth(double x) {
    double bounded = Math.min(x, STEEPEST);
    return Math.expm1(bounded) + Math.exp(bounded) * (x - bounded);
  }

  private double[] advantages(List<ScoredCompletion> group) {
    int n = group.size();
    if (n < 2) {
      throw new InvalidInputException(
          "group: expected at least 2 completions to compare, found " + n);
    }
    double mean = group.stream().mapToDouble(ScoredCompletion::reward).average().orElseThrow();
    double[] advantages = group.stream().mapToDouble(c -> c.reward() - mean).toArray();
    double squares = 0;
    for (double advantage : advantages) {
      squares += advantage * advantage;
    }
    double factor = values.leaveOneOut ? n / (n - 1.0) : 1;
    factor /= values.deviationNormalised ? Math.sqrt(squares / (n - 1)) + DEVIATION_FLOOR : 1;
    for (int i = 0; i < n; i++) {
      advantages[i] *= factor;
    }
    return advantages;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupRelative that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "GroupRelative");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private boolean leaveOneOut;
    private boolean lengthNormalised;
    private boolean deviationNormalised;
    private double clip;
    private boolean clipOfTokens;
    private double kl;
    private boolean klOfTokens;
    private boolean wholeAnswers;

    private Builder() {}

    /** Sets whether a completion is compared with the others alone; default false. */
    public Builder leaveOneOut(boolean leaveOneOut) {
      this.leaveOneOut = leaveOneOut;
      return this;
    }

    /** Sets whether log-probabilities are means over tokens rather than sums; default false. */
    public Builder lengthNormalised(boolean lengthNormalised) {
      this.lengthNormalised = lengthNormalised;
      return this;
    }

    /** Sets whether rewards are divided by their deviation in the group; default false. */
    public Builder deviationNormalised(boolean deviationNormalised) {
      this.deviationNormalised = deviationNormalised;
      return this;
    }

    /** Sets how far the ratio to the sampler counts, in [0, 1); 0, the default, for no clip. */
    public Builder clip(double clip) {
      this.clip = Require.below(0, 1, "clip", clip);
      return this;
    }

    /**
     * Sets whether the ratio to the sampler is one of single tokens, at the cost of a second pass
     * through the model; default false.
     */
    public Builder clipOfTokens(boolean clipOfTokens) {
      this.clipOfTokens = clipOfTokens;
      return this;
    }

    /** Sets the weight of the divergence from the reference, at least 0; default 0. */
    public Builder kl(double kl) {
      this.kl = Require.notNegative("kl", kl);
      return this;
    }

    /**
     * Sets whether the divergence is one of single tokens, at the cost of a second pass through the
     * model; default false.
     */
    public Builder klOfTokens(boolean klOfTokens) {
      this.klOfTokens = klOfTokens;
      return this;
    }

    /** Sets whether whole answers are compared rather than a node's chunks; default false. */
    public Builder wholeAnswers(boolean wholeAnswers) {
      this.wholeAnswers = wholeAnswers;
      return this;
    }

    /** {@return the objective as set so far} */
    public GroupRelative build() {
      return new GroupRelative(
          new Values(
              leaveOneOut,
              lengthNormalised,
              deviationNormalised,
              clip,
              clipOfTokens,
              kl,
              klOfTokens,
              wholeAnswers));
    }
  }
}
