package dev.flowdpo.error;

/**
 * Says that an input is not acceptable: a value out of range, a blank question, a missing or
 * damaged file. Trying again with the same input fails again.
 *
 * <p>Programs that report by exit code use 2 for this exception and 1 for every other failure.
 */
public class InvalidInputException extends FlowException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message the input, what was expected of it and what was found
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * Creates an exception with its cause.
   *
   * @param message the input, what was expected of it and what was found
   * @param cause the error underneath
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
