package dev.flowdpo.learning;

import dev.flowdpo.error.Require;
import java.util.List;

/**
 * What fresh LoRA adapters are (arXiv 2106.09685). The defaults are those of Flow-DPO's online
 * learning (arXiv 2410.22304, section 4). A value out of its range is refused with an {@link
 * dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class LoraOptions extends ByValue {
  private static final LoraOptions DEFAULTS = new LoraOptions(new Values(8, 8, 0.05, List.of()));

  private final Values values;

  private record Values(int rank, double alpha, double dropout, List<String> targetModules) {}

  private LoraOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return rank 8, alpha 8, dropout 0.05, every linear layer} */
  public static LoraOptions defaults() {
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

  /** {@return rank r; default 8} */
  public int rank() {
    return values.rank;
  }

  /** {@return alpha; an adapter's output is scaled by alpha / rank; default 8} */
  public double alpha() {
    return values.alpha;
  }

  /** {@return the chance that an adapter's input element is dropped in training; default 0.05} */
  public double dropout() {
    return values.dropout;
  }

  /** {@return the linear layers that adapters change, by (ends of) names as in PEFT; empty: all} */
  public List<String> targetModules() {
    return values.targetModules;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int rank;
    private double alpha;
    private double dropout;
    private List<String> targetModules;

    private Builder(Values values) {
      rank = values.rank;
      alpha = values.alpha;
      dropout = values.dropout;
      targetModules = values.targetModules;
    }

    /** Sets the rank r, at least 1. */
    public Builder rank(int rank) {
      this.rank = Require.atLeast(1, "rank", rank);
      return this;
    }

    /** Sets alpha, above 0. */
    public Builder alpha(double alpha) {
      this.alpha = Require.positive("alpha", alpha);
      return this;
    }

    /** Sets the dropout, in [0, 1). */
    public Builder dropout(double dropout) {
      this.dropout = Require.below(0, 1, "dropout", dropout);
      return this;
    }

    /** Sets the linear layers, such as {@code q_proj}; none, the default, for every one. */
    public Builder targetModules(List<String> targetModules) {
      this.targetModules = List.copyOf(targetModules);
      return this;
    }

    /** {@return the options as set so far} */
    public LoraOptions build() {
      return new LoraOptions(new Values(rank, alpha, dropout, targetModules));
    }
  }
}
