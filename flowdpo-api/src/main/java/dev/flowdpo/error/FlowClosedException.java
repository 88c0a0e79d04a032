package dev.flowdpo.error;

/**
 * Says that a flow, an engine or a learner is closed: what every method throws from then on, and
 * what work ends with that was under way. Build a new one to go on.
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
