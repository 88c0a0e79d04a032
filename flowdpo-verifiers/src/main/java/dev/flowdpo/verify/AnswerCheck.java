package dev.flowdpo.verify;

import dev.flowdpo.value.Problem;

/** A test of an answer in the manner of a unit test: it passes, or throws an assertion error. */
@FunctionalInterface
public interface AnswerCheck {

  /**
   * Tests an answer.
   *
   * @param problem the problem
   * @param answer the whole text of the solution
   * @throws AssertionError if the answer is wrong
   * @throws Exception if the test cannot be carried out
   */
  void check(Problem problem, String answer) throws Exception;
}
