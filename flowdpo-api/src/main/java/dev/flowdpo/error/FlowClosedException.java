package dev.flowdpo.error;

/**
 * Says that a flow, its engine or its learner was closed, before the call or during it. What was
 * asked for was not done; whoever still wants it needs a new flow.
 */
public final class FlowClosedException extends FlowException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what is closed, and what to do about it
   */
  public FlowClosedException(String message) {
    super(message);
  }
}
