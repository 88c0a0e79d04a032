package dev.flowdpo;

import dev.flowdpo.error.Require;
import dev.flowdpo.policy.FlowListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one solve may take, and who watches it: {@code flow.solve(problem,
 * SolveOptions.builder().deadline(Duration.ofSeconds(5)).build())}. A value out of its range is
 * refused with an {@link dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class SolveOptions {
  private static final SolveOptions DEFAULTS = new SolveOptions(new Builder());

  private final Builder values;

  private SolveOptions(Builder values) {
    this.values = values;
  }

  /** {@return no deadline, nobody who watches or cancels, text told chunk by chunk} */
  public static SolveOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** {@return how long the call may take, waiting included; empty for no limit} */
  public Optional<Duration> deadline() {
    return values.deadline;
  }

  /** {@return who watches, after the flow's own listeners} */
  public List<FlowListener> listeners() {
    return List.copyOf(values.listeners);
  }

  /** {@return what cancels the solve from elsewhere} */
  public Optional<Cancellation> cancellation() {
    return values.cancellation;
  }

  /**
   * {@return the most tokens between two calls of {@link FlowListener#onText}; 0 where text is told
   * chunk by chunk}
   */
  public int streamEvery() {
    return values.streamEvery;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private final List<FlowListener> listeners = new ArrayList<>();
    private Optional<Duration> deadline = Optional.empty();
    private Optional<Cancellation> cancellation = Optional.empty();
    private int streamEvery;

    private Builder() {}

    private Builder(Builder from) {
      listeners.addAll(from.listeners);
      deadline = from.deadline;
      cancellation = from.cancellation;
      streamEvery = from.streamEvery;
    }

    /** Sets how long the call may take, above 0. */
    public Builder deadline(Duration deadline) {
      this.deadline = Optional.of(Require.positive("deadline", deadline));
      return this;
    }

    /** Adds who watches. */
    public Builder listener(FlowListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Sets what cancels the solve from elsewhere. */
    public Builder cancellation(Cancellation cancellation) {
      this.cancellation = Optional.of(cancellation);
      return this;
    }

    /**
     * Sets after how many tokens listeners get new text, at least 1; 0 for whole chunks. A chunk is
     * then written in pieces, each a call of its own for all who share it: small numbers cost
     * speed.
     */
    public Builder streamEvery(int tokens) {
      this.streamEvery = Require.atLeast(0, "streamEvery", tokens);
      return this;
    }

    /** {@return the options as set so far} */
    public SolveOptions build() {
      return new SolveOptions(new Builder(this));
    }
  }
}
