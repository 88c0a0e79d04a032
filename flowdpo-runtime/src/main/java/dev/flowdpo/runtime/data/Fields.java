package dev.flowdpo.runtime.data;

import dev.flowdpo.error.InvalidInputException;

/**
 * The names under which the rows of a file keep a problem. Immutable and thread-safe.
 *
 * @param question the field with the question; required in every row
 * @param answer the field with the final answer; required in every row
 * @param id the field with the id; a row without it has a hash of the question as its id
 * @param solution the field with a worked solution; rows need not have it
 */
public record Fields(String question, String answer, String id, String solution) {
  /** {@code question}, {@code answer}, {@code id} and {@code solution}. */
  public static final Fields DEFAULT = new Fields("question", "answer", "id", "solution");

  /**
   * Checks the names.
   *
   * @throws InvalidInputException if one is blank
   */
  public Fields {
    check("question", question);
    check("answer", answer);
    check("id", id);
    check("solution", solution);
  }

  /**
   * Returns names of question and answer, and the default ones of the rest.
   *
   * @param question the field with the question
   * @param answer the field with the final answer
   * @return the names
   * @throws InvalidInputException if one is blank
   */
  public static Fields of(String question, String answer) {
    return new Fields(question, answer, DEFAULT.id, DEFAULT.solution);
  }

  /**
   * Returns these names with another one for the id.
   *
   * @param id the field with the id
   * @return the names
   * @throws InvalidInputException if it is blank
   */
  public Fields withId(String id) {
    return new Fields(question, answer, id, solution);
  }

  /**
   * Returns these names with another one for the solution.
   *
   * @param solution the field with a worked solution
   * @return the names
   * @throws InvalidInputException if it is blank
   */
  public Fields withSolution(String solution) {
    return new Fields(question, answer, id, solution);
  }

  private static void check(String what, String name) {
    if (name.isBlank()) {
      throw new InvalidInputException(
          "Fields: %s: expected the name of a field, found \"%s\"".formatted(what, name));
    }
  }
}
