package dev.flowdpo.error;

/**
 * Says that a flow, its engine or its learner could not do what was asked. The message names the
 * thing, what was expected, what was found and what to do about it. {@link InvalidInputException}
 * is the part of these errors that the caller's own input caused.
 */
public class FlowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that tells what failed, and what to do about it. */
  public FlowException(String message) {
    super(message);
  }

  /**
   * Creates an exception that tells what failed, and what to do about it, with the error
   * underneath.
   */
  public FlowException(String message, Throwable cause) {
    super(message, cause);
  }
}
