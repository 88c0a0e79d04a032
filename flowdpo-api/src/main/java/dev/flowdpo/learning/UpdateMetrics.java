package dev.flowdpo.learning;

import dev.flowdpo.preference.AdapterRole;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One optimiser step of one adapter; means over its pairs. The implicit reward of a completion is β
 * (log π − log π_ref), with β of {@link dev.flowdpo.preference.DpoObjective#beta}; a
 * log-probability is natural and summed over the completion's tokens. Immutable and thread-safe.
 */
public final class UpdateMetrics extends ByValue {
  private final Values values;

  private record Values(
      AdapterRole role,
      long update,
      int pairs,
      double loss,
      double rewardsChosen,
      double rewardsRejected,
      double rewardsMargin,
      double rewardsAccuracy,
      double logpsChosen,
      double logpsRejected,
      double gradientNorm,
      double learningRate,
      OptionalDouble samplerDifference) {}

  private UpdateMetrics(Values values) {
    super(values);
    this.values = values;
  }

  /**
   * {@return a builder of an adapter's step, its number from 1, of so many pairs; all else is 0}
   */
  public static Builder builder(AdapterRole role, long update, int pairs) {
    return new Builder(role, update, pairs);
  }

  /** {@return the adapter} */
  public AdapterRole role() {
    return values.role;
  }

  /** {@return its steps so far, this one included} */
  public long update() {
    return values.update;
  }

  /** {@return how many pairs the step used} */
  public int pairs() {
    return values.pairs;
  }

  /** {@return mean loss} */
  public double loss() {
    return values.loss;
  }

  /** {@return mean implicit reward of the chosen completions} */
  public double rewardsChosen() {
    return values.rewardsChosen;
  }

  /** {@return mean implicit reward of the rejected completions} */
  public double rewardsRejected() {
    return values.rewardsRejected;
  }

  /** {@return mean difference of the two} */
  public double rewardsMargin() {
    return values.rewardsMargin;
  }

  /** {@return share of pairs whose chosen completion has the higher implicit reward} */
  public double rewardsAccuracy() {
    return values.rewardsAccuracy;
  }

  /** {@return mean log π of the chosen completions} */
  public double logpsChosen() {
    return values.logpsChosen;
  }

  /** {@return mean log π of the rejected completions} */
  public double logpsRejected() {
    return values.logpsRejected;
  }

  /** {@return global norm of the gradient before clipping} */
  public double gradientNorm() {
    return values.gradientNorm;
  }

  /** {@return rate of this step, with warm-up and schedule applied} */
  public double learningRate() {
    return values.learningRate;
  }

  /**
   * {@return how far the learner's log-probabilities of the step's sampled chunks are from those
   * that the sampler had when it wrote them: |log π − log π_sampler| of whole chunks, at
   * temperature 1, divided by their tokens; empty where no chunk's is known, as for the Stop
   * adapter} It grows with the updates between writing and learning, with LoRA dropout, and where
   * the two passes through the model do not compute the same.
   */
  public OptionalDouble samplerDifference() {
    return values.samplerDifference;
  }

  /** Collects what an engine measured in a step. Not thread-safe. */
  public static final class Builder {
    private final AdapterRole role;
    private final long update;
    private final int pairs;
    private double loss;
    private double[] rewards = new double[4];
    private double[] logps = new double[2];
    private double gradientNorm;
    private double learningRate;
    private OptionalDouble samplerDifference = OptionalDouble.empty();

    private Builder(AdapterRole role, long update, int pairs) {
      this.role = Objects.requireNonNull(role, "role");
      this.update = update;
      this.pairs = pairs;
    }

    /** Sets the mean loss. */
    public Builder loss(double loss) {
      this.loss = loss;
      return this;
    }

    /** Sets the mean implicit rewards and their margin, and how often the chosen one is higher. */
    public Builder rewards(double chosen, double rejected, double margin, double accuracy) {
      this.rewards = new double[] {chosen, rejected, margin, accuracy};
      return this;
    }

    /** Sets the mean log π of the completions. */
    public Builder logps(double chosen, double rejected) {
      this.logps = new double[] {chosen, rejected};
      return this;
    }

    /** Sets the gradient's norm before clipping, and the rate. */
    public Builder step(double gradientNorm, double learningRate) {
      this.gradientNorm = gradientNorm;
      this.learningRate = learningRate;
      return this;
    }

    /** Sets how far the learner's log-probabilities are from the sampler's. */
    public Builder samplerDifference(OptionalDouble difference) {
      this.samplerDifference = Objects.requireNonNull(difference, "difference");
      return this;
    }

    /** {@return the metrics as set so far} */
    public UpdateMetrics build() {
      return new UpdateMetrics(
          new Values(
              role,
              update,
              pairs,
              loss,
              rewards[0],
              rewards[1],
              rewards[2],
              rewards[3],
              logps[0],
              logps[1],
              gradientNorm,
              learningRate,
              samplerDifference));
    }
  }
}
