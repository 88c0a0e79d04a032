package dev.flowdpo.model;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded: where and how it runs, where quantised weights are kept, lengths, when its
 * judge stops, and the clock that its prompts tell the time by. What is left open the engine
 * decides for its model. A value out of its range is refused with an {@link
 * dev.flowdpo.error.InvalidInputException}. Immutable and thread-safe.
 */
public final class ModelOptions {
  private static final ModelOptions DEFAULTS =
      new ModelOptions(
          new Values(
              ExecutionTarget.defaults(),
              Optional.empty(),
              OptionalInt.empty(),
              0.5,
              0,
              Optional.empty(),
              Clock.systemDefaultZone()));

  private final Values values;

  private record Values(
      ExecutionTarget execution,
      Optional<Path> cache,
      OptionalInt maxTokens,
      double stopThreshold,
      double undecidedMargin,
      Optional<String> stopQuestion,
      Clock clock) {}

  private ModelOptions(Values values) {
    this.values = values;
  }

  /** {@return full precision on the best device, all else left to the engine} */
  public static ModelOptions defaults() {
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

  /** {@return where and how the model runs; default {@link ExecutionTarget#defaults()}} */
  public ExecutionTarget execution() {
    return values.execution;
  }

  /**
   * {@return the folder for quantised weights, found again by their content; by default the
   * sub-folder {@code flowdpo-cache} of the model's}
   */
  public Optional<Path> cache() {
    return values.cache;
  }

  /** {@return the most tokens of prompt and answer together, unless the model allows fewer} */
  public OptionalInt maxTokens() {
    return values.maxTokens;
  }

  /**
   * {@return the probability of "finished" from which the engine's judge stops an answer; default
   * 0.5} A higher one lets answers go on longer.
   */
  public double stopThreshold() {
    return values.stopThreshold;
  }

  /**
   * {@return how near to {@link #stopThreshold} a probability is no decision of the engine's judge;
   * default 0} Where it is nearer, an answer is finished if the policy ended its text, and goes on
   * if its chunk was only cut by length. So the end of the text judges for as long as an untrained
   * Stop adapter says one half to everything.
   */
  public double undecidedMargin() {
    return values.undecidedMargin;
  }

  /** {@return what the engine's judge asks; empty, the default, for the model's own words} */
  public Optional<String> stopQuestion() {
    return values.stopQuestion;
  }

  /**
   * {@return what a chat template that writes the date tells the time by; default the system's
   * clock in its time zone} A problem is told the time of its first use, and keeps it for as long
   * as the object lives. Problems of a learner's stream are told the time at which the run began.
   */
  public Clock clock() {
    return values.clock;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString().replaceFirst("Values", "ModelOptions");
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private ExecutionTarget execution;
    private Optional<Path> cache;
    private OptionalInt maxTokens;
    private double stopThreshold;
    private double undecidedMargin;
    private Optional<String> stopQuestion;
    private Clock clock;

    private Builder(Values values) {
      execution = values.execution;
      cache = values.cache;
      maxTokens = values.maxTokens;
      stopThreshold = values.stopThreshold;
      undecidedMargin = values.undecidedMargin;
      stopQuestion = values.stopQuestion;
      clock = values.clock;
    }

    /** Sets where and how the model runs. */
    public Builder execution(ExecutionTarget execution) {
      this.execution = Objects.requireNonNull(execution, "execution");
      return this;
    }

    /** Changes where and how the model runs; what the change does not name stays. */
    public Builder execution(Consumer<ExecutionTarget.Builder> change) {
      ExecutionTarget.Builder builder = execution.toBuilder();
      change.accept(builder);
      return execution(builder.build());
    }

    /** Sets the folder for quantised weights, which is made when it is first needed. */
    public Builder cache(Path cache) {
      this.cache = Optional.of(cache);
      return this;
    }

    /** Sets the largest number of tokens of a sequence, at least 1. */
    public Builder maxTokens(int maxTokens) {
      this.maxTokens = OptionalInt.of(Require.atLeast(1, "maxTokens", maxTokens));
      return this;
    }

    /** Sets the probability from which the engine's judge stops an answer, in (0, 1]. */
    public Builder stopThreshold(double stopThreshold) {
      this.stopThreshold = Require.above(0, 1, "stopThreshold", stopThreshold);
      return this;
    }

    /** Sets how near to the threshold a probability is no decision, in [0, 1). */
    public Builder undecidedMargin(double undecidedMargin) {
      this.undecidedMargin = Require.below(0, 1, "undecidedMargin", undecidedMargin);
      return this;
    }

    /** Sets what the engine's judge asks, at least a word; yes and no stay the model's. */
    public Builder stopQuestion(String stopQuestion) {
      if (stopQuestion.isBlank()) {
        throw new InvalidInputException("stopQuestion: expected a question, found a blank text");
      }
      this.stopQuestion = Optional.of(stopQuestion);
      return this;
    }

    /** Sets what a chat template tells the time by; a fixed clock makes its prompts repeatable. */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** {@return the options as set so far} */
    public ModelOptions build() {
      return new ModelOptions(
          new Values(
              execution, cache, maxTokens, stopThreshold, undecidedMargin, stopQuestion, clock));
    }
  }
}
