package dev.flowdpo.policy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a flow shares its models between concurrent callers. A value out of its range is refused with
 * an {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class ServingOptions {
  private static final ServingOptions DEFAULTS = new ServingOptions(new Values(256, 0, 0.5, 0));

  private final Values values;

  private record Values(int maxRows, int queueLimit, double learnerShare, long cacheBytes) {}

  private ServingOptions(Values values) {
    this.values = values;
  }

  /**
   * {@return calls of at most 256 rows, no limit of what waits or of memory, half of the time for a
   * learner}
   */
  public static ServingOptions defaults() {
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

  /** {@return the most rows of a call, of all callers together; what is more waits its turn} */
  public int maxRows() {
    return values.maxRows;
  }

  /**
   * {@return how many problems may wait before a solve is refused with a {@link
   * dev.flowdpo.error.FlowOverloadedException}; 0 for no limit, so that callers wait}
   */
  public int queueLimit() {
    return values.queueLimit;
  }

  /**
   * {@return the share of a call's time that a learner's rollouts may take while solves are under
   * way; otherwise they have all of it}
   */
  public double learnerShare() {
    return values.learnerShare;
  }

  /**
   * {@return how much memory the keys and values of all answers under way may take, by what each
   * could need at most; an answer that does not fit waits for others to end; 0 for no limit}
   */
  public long cacheBytes() {
    return values.cacheBytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServingOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(values);
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "ServingOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private int maxRows;
    private int queueLimit;
    private double learnerShare;
    private long cacheBytes;

    private Builder(Values values) {
      maxRows = values.maxRows;
      queueLimit = values.queueLimit;
      learnerShare = values.learnerShare;
      cacheBytes = values.cacheBytes;
    }

    /** Sets the most rows of a call, at least 1. */
    public Builder maxRows(int maxRows) {
      this.maxRows = Require.atLeast(1, "maxRows", maxRows);
      return this;
    }

    /** Sets how many problems may wait before more are refused; 0 for no limit. */
    public Builder queueLimit(int queueLimit) {
      this.queueLimit = Require.atLeast(0, "queueLimit", queueLimit);
      return this;
    }

    /** Sets the learner's share of a call's time, from 0 (one row a call) to below 1. */
    public Builder learnerShare(double learnerShare) {
      this.learnerShare = Require.below(0, 1, "learnerShare", learnerShare);
      return this;
    }

    /** Sets the memory for keys and values of all answers under way, in bytes; 0 for no limit. */
    public Builder cacheBytes(long cacheBytes) {
      if (cacheBytes < 0) {
        throw new InvalidInputException(
            "cacheBytes: expected 0 or more, found " + cacheBytes + ".");
      }
      this.cacheBytes = cacheBytes;
      return this;
    }

    /** {@return the options as set so far} */
    public ServingOptions build() {
      return new ServingOptions(new Values(maxRows, queueLimit, learnerShare, cacheBytes));
    }
  }
}
