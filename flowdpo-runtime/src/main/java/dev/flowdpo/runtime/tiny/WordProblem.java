package dev.flowdpo.runtime.tiny;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Map;

/**
 * A generated grade-school word problem with the calculations that solve it.
 *
 * <p>Immutable and thread-safe. The calculations form a chain: each begins with the result of the
 * one before.
 *
 * @param question the question in English; it ends with a question mark
 * @param steps the calculations, at least one
 * @param answer the result of the last calculation
 */
public record WordProblem(String question, List<Step> steps, int answer) {

  /**
   * Checks that the steps form a chain that ends in the answer.
   *
   * @throws InvalidInputException if they do not
   */
  public WordProblem {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new InvalidInputException("A word problem needs at least one step, found none.");
    }
    for (int i = 1; i < steps.size(); i++) {
      if (steps.get(i).left() != steps.get(i - 1).result()) {
        throw new InvalidInputException(
            "Step "
                + (i + 1)
                + " must begin with "
                + steps.get(i - 1).result()
                + ", the result of the step before; found "
                + steps.get(i)
                + ".");
      }
    }
    int result = steps.get(steps.size() - 1).result();
    if (result != answer) {
      throw new InvalidInputException(
          "The answer must be " + result + ", the last step's result; found " + answer + ".");
    }
  }

  /**
   * Returns the problem as the library takes it.
   *
   * @return a problem whose attributes hold the number of steps ({@code steps}) and the solution in
   *     {@link SolutionStyle#STEPS} ({@code solution})
   */
  public Problem toProblem() {
    Map<String, String> attributes =
        Map.of(
            "steps", Integer.toString(steps.size()), "solution", SolutionStyle.STEPS.write(this));
    return Problem.builder(question)
        .answer(Integer.toString(answer))
        .attributes(attributes)
        .build();
  }
}
