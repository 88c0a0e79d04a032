package dev.flowdpo.error;

/**
 * Says that a bounded queue had no room and that its owner chose to refuse rather than to wait.
 * Trying again later may succeed.
 */
public final class QueueFullException extends FlowException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message which queue, its bound, and what to do about it
   */
  public QueueFullException(String message) {
    super(message);
  }
}
