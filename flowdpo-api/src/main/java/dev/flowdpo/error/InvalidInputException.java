package dev.flowdpo.error;

/**
 * Says that an input is not acceptable: a value out of range, a blank question, a missing or
 * damaged file. Trying again with the same input fails again. Programs that report by exit code use
 * 2 for this exception and 1 for every other failure.
 */
public class InvalidInputException extends FlowException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names the input, what was expected of it and what was found. */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * Creates an exception that names the input, what was expected and found, and the error
   * underneath.
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
