package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;

/**
 * One calculation of a word problem's solution, such as {@code 3*4=12}.
 *
 * <p>Immutable and thread-safe. Division is exact: a step whose left operand is not a multiple of
 * the right one is refused.
 *
 * @param left the left operand; in every step but the first, the result of the step before
 * @param operator one of {@code + - * /}
 * @param right the right operand
 * @param result the value of {@code left operator right}
 */
public record Step(int left, char operator, int right, int result) {

  /**
   * Checks that the calculation holds.
   *
   * @throws InvalidInputException if the operator is unknown, the division has a remainder, or
   *     {@code result} is not the value of the calculation
   */
  public Step {
    int value = evaluate(left, operator, right);
    if (value != result) {
      throw new InvalidInputException(
          "Step "
              + left
              + operator
              + right
              + " is "
              + value
              + ", found the result "
              + result
              + ".");
    }
  }

  /**
   * Returns the step with its result worked out.
   *
   * @param left the left operand
   * @param operator one of {@code + - * /}
   * @param right the right operand
   * @return the step
   * @throws InvalidInputException if the operator is unknown or the division has a remainder
   */
  public static Step of(int left, char operator, int right) {
    return new Step(left, operator, right, evaluate(left, operator, right));
  }

  private static int evaluate(int left, char operator, int right) {
    return switch (operator) {
      case '+' -> Math.addExact(left, right);
      case '-' -> Math.subtractExact(left, right);
      case '*' -> Math.multiplyExact(left, right);
      case '/' -> {
        if (right == 0 || left % right != 0) {
          throw new InvalidInputException(
              "Step " + left + "/" + right + " does not divide without a remainder.");
        }
        yield left / right;
      }
      default ->
          throw new InvalidInputException(
              "Step operator must be one of + - * /, found '" + operator + "'.");
    };
  }

  /** Returns the step as a solution writes it, without spaces: {@code 3*4=12}. */
  @Override
  public String toString() {
    return "" + left + operator + right + "=" + result;
  }
}
