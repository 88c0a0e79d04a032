package dev.flowdpo.preference;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.TokenIds;

/**
 * What the models are shown, as ids: the prompts of the two adapters and the completions that stand
 * for the judge's decisions. Training must see the ids that generation saw, so this comes from the
 * engine that generates.
 *
 * <p>Implementations are thread-safe.
 */
public interface PreferenceTokens {

  /**
   * Returns what the Answer model reads before it writes the next chunk.
   *
   * @param prefix what has been written so far
   * @return question prompt and prefix
   */
  TokenIds answerPrompt(PartialAnswer prefix);

  /**
   * Returns what the Stop model reads before it decides.
   *
   * @param output the partial answer to be judged
   * @return question prompt, partial answer and stop question
   */
  TokenIds stopPrompt(PartialAnswer output);

  /**
   * Returns the completion that stands for a decision.
   *
   * @param stop the decision
   * @return at least one id; those of the two decisions differ
   */
  TokenIds stopDecision(boolean stop);
}
