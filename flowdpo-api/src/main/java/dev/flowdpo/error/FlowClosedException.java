package dev.flowdpo.error;

/**
 * Says that something was used after it was closed: a flow, its engine, its model, a tokenizer, a
 * learner or a trainer. Everything that has a {@code close} method throws this exception, and no
 * other, once that has run or has begun; what was under way then either finishes or ends with it
 * too. Opening the thing again is the only remedy.
 */
public final class FlowClosedException extends FlowException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what is closed
   */
  public FlowClosedException(String message) {
    super(message);
  }
}
