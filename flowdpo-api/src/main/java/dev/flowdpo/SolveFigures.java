package dev.flowdpo;

import dev.flowdpo.SolveCancelledException.Reason;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowOverloadedException;
import dev.flowdpo.value.Usage;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What the solve of one problem came to. Immutable and thread-safe.
 *
 * @param outcome how it ended
 * @param usage what it cost, also where it was given up
 * @param firstText time from its start to the first text that a listener could see; empty where
 *     there was none
 * @param failure what the caller gets; empty where the problem was solved
 */
public record SolveFigures(
    Outcome outcome, Usage usage, Optional<Duration> firstText, Optional<Throwable> failure) {

  /** How a solve ends. */
  public enum Outcome {
    /** With a solution. */
    OK,
    /** Given up: cancelled, interrupted, by an exception of a listener, or with its flow. */
    CANCELLED,
    /** Given up since its deadline was over. */
    DEADLINE,
    /** Not possible: the problem cannot be used, or a model failed. */
    FAILED,
    /** Refused since too much waited already. */
    REFUSED;

    /** Returns the outcome of a solve that this exception ends. */
    static Outcome of(Throwable failure) {
      if (failure instanceof SolveCancelledException cancelled) {
        return cancelled.reason() == Reason.DEADLINE ? DEADLINE : CANCELLED;
      }
      if (failure instanceof FlowClosedException) {
        return CANCELLED;
      }
      return failure instanceof FlowOverloadedException ? REFUSED : FAILED;
    }
  }

  /** Checks that nothing is missing. */
  public SolveFigures {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(usage, "usage");
    Objects.requireNonNull(firstText, "firstText");
    Objects.requireNonNull(failure, "failure");
  }
}
