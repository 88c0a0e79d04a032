package dev.flowdpo.verify.math;

/**
 * Says that a value cannot be computed within the limits, or not at all. Never leaves this package;
 * carries no stack, since hostile input may raise it at every comparison.
 */
final class OutOfReachException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutOfReachException(String reason) {
    super(reason, null, false, false);
  }
}
