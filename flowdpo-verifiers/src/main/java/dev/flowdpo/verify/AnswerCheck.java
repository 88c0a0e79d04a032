package dev.flowdpo.verify;

import dev.flowdpo.rollout.Attempt;

/** A test of an answer in the manner of a unit test: it passes, or throws an assertion error. */
@FunctionalInterface
public interface AnswerCheck {

  /**
   * Tests an answer.
   *
   * @param attempt the answer and its problem
   * @throws AssertionError if the answer is wrong
   * @throws Exception if the test cannot be carried out
   */
  void check(Attempt attempt) throws Exception;
}
