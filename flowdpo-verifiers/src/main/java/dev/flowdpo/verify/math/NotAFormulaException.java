package dev.flowdpo.verify.math;

/** Says that a text cannot be read as a formula. Never leaves this package; carries no stack. */
final class NotAFormulaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotAFormulaException(String reason) {
    super(reason, null, false, false);
  }
}
