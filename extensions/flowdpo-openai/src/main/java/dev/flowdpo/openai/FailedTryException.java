package dev.flowdpo.openai;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import java.time.Duration;
import java.util.Optional;

/** Says that one try at a chunk failed, and what may help. Its message holds no secret. */
final class FailedTryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What may help. */
  enum Help {
    ANOTHER_TRY,
    ANOTHER_INPUT,
    NOTHING
  }

  private final Help help;
  private final transient Optional<Duration> wait;

  FailedTryException(Help help, String message, Optional<Duration> wait) {
    super(message, null, false, false);
    this.help = help;
    this.wait = wait;
  }

  static FailedTryException forGood(String message) {
    return new FailedTryException(Help.NOTHING, message, Optional.empty());
  }

  static FailedTryException passing(String message) {
    return new FailedTryException(Help.ANOTHER_TRY, message, Optional.empty());
  }

  Help help() {
    return help;
  }

  boolean passes() {
    return help == Help.ANOTHER_TRY;
  }

  /** Returns the wait that the endpoint asks for before another try. */
  Optional<Duration> pause() {
    return wait;
  }

  /** Returns what a caller gets. */
  FlowException toFlowException(String message) {
    return help == Help.ANOTHER_INPUT
        ? new InvalidInputException(message)
        : new FlowException(message);
  }
}
