package dev.flowdpo.error;

/** Says that as much work waits as the application allows, so that more is refused; try later. */
public final class FlowOverloadedException extends FlowException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message how much waits, and the limit
   */
  public FlowOverloadedException(String message) {
    super(message);
  }
}
