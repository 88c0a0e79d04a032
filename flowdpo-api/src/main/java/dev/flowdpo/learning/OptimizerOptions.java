package dev.flowdpo.learning;

import dev.flowdpo.error.Require;

/**
 * How adapters follow their gradients: AdamW (arXiv 1711.05101) with clipping. A value out of its
 * range is refused with an {@link dev.flowdpo.error.InvalidInputException}. Immutable and
 * thread-safe.
 */
public final class OptimizerOptions extends ByValue {
  private static final OptimizerOptions DEFAULTS =
      new OptimizerOptions(new Values(0.9, 0.999, 1e-8, 0, 1, 1e6));

  private final Values values;

  private record Values(
      double adamBeta1,
      double adamBeta2,
      double adamEpsilon,
      double weightDecay,
      double clipNorm,
      double skipNorm) {}

  private OptimizerOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return betas 0.9 and 0.999, epsilon 1e-8, no weight decay, norms up to 1} */
  public static OptimizerOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return the decay of the first moment; default 0.9} */
  public double adamBeta1() {
    return values.adamBeta1;
  }

  /** {@return the decay of the second moment; default 0.999} */
  public double adamBeta2() {
    return values.adamBeta2;
  }

  /** {@return epsilon; default 1e-8} */
  public double adamEpsilon() {
    return values.adamEpsilon;
  }

  /** {@return the decoupled weight decay; default 0} */
  public double weightDecay() {
    return values.weightDecay;
  }

  /**
   * {@return the largest global norm, to which longer gradients are scaled; default 1, the paper's}
   */
  public double clipNorm() {
    return values.clipNorm;
  }

  /**
   * {@return the global norm, before clipping, above which a gradient is held for an accident and
   * its step is not taken; so are those that are not numbers; default 1e6}
   */
  public double skipNorm() {
    return values.skipNorm;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private double adamBeta1;
    private double adamBeta2;
    private double adamEpsilon;
    private double weightDecay;
    private double clipNorm;
    private double skipNorm;

    private Builder(Values values) {
      adamBeta1 = values.adamBeta1;
      adamBeta2 = values.adamBeta2;
      adamEpsilon = values.adamEpsilon;
      weightDecay = values.weightDecay;
      clipNorm = values.clipNorm;
      skipNorm = values.skipNorm;
    }

    /** Sets the decay of the first moment, in [0, 1). */
    public Builder adamBeta1(double adamBeta1) {
      this.adamBeta1 = Require.below(0, 1, "adamBeta1", adamBeta1);
      return this;
    }

    /** Sets the decay of the second moment, in [0, 1). */
    public Builder adamBeta2(double adamBeta2) {
      this.adamBeta2 = Require.below(0, 1, "adamBeta2", adamBeta2);
      return this;
    }

    /** Sets epsilon, above 0. */
    public Builder adamEpsilon(double adamEpsilon) {
      this.adamEpsilon = Require.positive("adamEpsilon", adamEpsilon);
      return this;
    }

    /** Sets the decoupled weight decay, at least 0. */
    public Builder weightDecay(double weightDecay) {
      this.weightDecay = Require.notNegative("weightDecay", weightDecay);
      return this;
    }

    /** Sets the largest global norm of a gradient, above 0. */
    public Builder clipNorm(double clipNorm) {
      this.clipNorm = Require.positive("clipNorm", clipNorm);
      return this;
    }

    /** Sets the norm above which a step is not taken, above 0. */
    public Builder skipNorm(double skipNorm) {
      this.skipNorm = Require.positive("skipNorm", skipNorm);
      return this;
    }

    /** {@return the options as set so far} */
    public OptimizerOptions build() {
      return new OptimizerOptions(
          new Values(adamBeta1, adamBeta2, adamEpsilon, weightDecay, clipNorm, skipNorm));
    }
  }
}
