package dev.flowdpo.runtime.tiny;

import dev.flowdpo.value.TokenIds;

/**
 * A text to pre-train on, in token ids. The loss counts the completion only.
 *
 * <p>Immutable and thread-safe.
 *
 * @param prompt what is given: the question, and in a stop document the partial answer and the stop
 *     question
 * @param completion what is learned: a solution and the end token, or the token of yes or no
 */
public record PretrainingDocument(TokenIds prompt, TokenIds completion) {

  /**
   * Returns the number of tokens.
   *
   * @return prompt and completion together
   */
  public int length() {
    return prompt.length() + completion.length();
  }
}
