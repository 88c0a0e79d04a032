package dev.flowdpo.preference;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.value.TokenIds;

/**
 * What the models are shown, as ids: the prompts of the two adapters and the completions that stand
 * for the judge's decisions. Training must see the ids that generation saw, so this comes from the
 * engine that generates. Implementations are thread-safe.
 */
public interface PreferenceTokens {

  /** {@return what the Answer model reads before the next chunk: question prompt and prefix} */
  TokenIds answerPrompt(PartialAnswer prefix);

  /**
   * {@return what the Stop model reads before it decides: question prompt, output, stop question}
   */
  TokenIds stopPrompt(PartialAnswer output);

  /**
   * {@return the completion that stands for a decision: at least one id; those of the two differ}
   */
  TokenIds stopDecision(boolean stop);
}
