package dev.flowdpo.preference;

import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import java.util.List;
import java.util.Objects;

/**
 * Forms preference pairs, as ids, of a tree's {@link Contrast}s (Flow-DPO, arXiv 2410.22304,
 * section 3.2): the original chunk against each alternative one for the Answer adapter, "finished"
 * against "go on" for the Stop adapter. Thread-safe if the tokens are.
 */
public final class PairBuilder {
  private final PairOptions options;
  private final PreferenceTokens tokens;

  /** Creates a builder that writes prompts and decisions as these tokens. */
  public PairBuilder(PairOptions options, PreferenceTokens tokens) {
    this.options = Objects.requireNonNull(options, "options");
    this.tokens = Objects.requireNonNull(tokens, "tokens");
  }

  /**
   * {@return the pairs of a problem's tree by node; at each node the Answer pairs, then the Stop
   * pair}
   *
   * @throws dev.flowdpo.error.FlowException if a chunk to be learned from has no tokens
   */
  public List<PreferencePair> pairs(RolloutTree tree) {
    return Contrast.of(tree, options).stream().map(this::pair).toList();
  }

  private PreferencePair pair(Contrast contrast) {
    OutputNode node = contrast.node();
    boolean answers = contrast.role() == AdapterRole.ANSWER;
    boolean stop = contrast.choosesStop();
    double chosen = contrast.chosen().verdict().reward().orElseThrow();
    double rejected = contrast.rejected().verdict().reward().orElseThrow();
    return new PreferencePair(
        contrast.role(),
        answers ? tokens.answerPrompt(node.prefix()) : tokens.stopPrompt(node.output()),
        answers
            ? RewardedCompletion.of(contrast.chosenChunk(), chosen)
            : new RewardedCompletion(tokens.stopDecision(stop), chosen),
        answers
            ? RewardedCompletion.of(contrast.rejectedChunk(), rejected)
            : new RewardedCompletion(tokens.stopDecision(!stop), rejected),
        node.prefix().problem().id(),
        node.index());
  }
}
