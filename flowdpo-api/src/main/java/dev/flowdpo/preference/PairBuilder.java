package dev.flowdpo.preference;

import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Forms preference pairs where the branches of an output node fare differently (Flow-DPO, arXiv
 * 2410.22304, section 3.2).
 *
 * <ul>
 *   <li>Answer adapter: the original chunk against each alternative one, after the same prefix; the
 *       chunk whose branch has the higher reward is chosen.
 *   <li>Stop adapter: "finished" against "go on" at the same output; the decision whose branch has
 *       the higher reward is chosen. Where both lead to a correct answer and their rewards form no
 *       pair, "finished" is chosen, if {@link PairOptions#preferEarlierStopOnTie()}.
 * </ul>
 *
 * <p>Rewards form a pair where they differ by at least {@link PairOptions#rewardMargin()}. An
 * unknown verdict never forms one. Thread-safe if the tokens are.
 */
public final class PairBuilder {
  // 0.7 and 0.2 differ by a little less than 0.5 in binary, and are meant to differ by 0.5.
  private static final double ROUNDING = 1e-12;

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
   */
  public List<PreferencePair> pairs(RolloutTree tree) {
    List<PreferencePair> pairs = new ArrayList<>();
    for (OutputNode node : tree.nodes()) {
      for (Branch alternative : node.alternatives()) {
        answerPair(tree.original(), node, alternative).ifPresent(pairs::add);
      }
      node.flipped().flatMap(f -> stopPair(tree.original(), node, f)).ifPresent(pairs::add);
    }
    return List.copyOf(pairs);
  }

  private Optional<PreferencePair> answerPair(
      Branch original, OutputNode node, Branch alternative) {
    TokenIds own = node.chunk().tokens();
    TokenIds other = alternative.answer().chunks().get(node.index()).tokens();
    int order = compare(original.verdict(), alternative.verdict());
    if (order == 0 || own.equals(other)) {
      return Optional.empty();
    }
    boolean ownIsBetter = order > 0;
    return Optional.of(
        new PreferencePair(
            AdapterRole.ANSWER,
            tokens.answerPrompt(node.prefix()),
            ownIsBetter ? own : other,
            ownIsBetter ? other : own,
            node.prefix().problem().id(),
            node.index(),
            (ownIsBetter ? original : alternative).verdict().reward().orElseThrow(),
            (ownIsBetter ? alternative : original).verdict().reward().orElseThrow()));
  }

  private Optional<PreferencePair> stopPair(Branch original, OutputNode node, Branch flipped) {
    Branch stopped = node.decision().stop() ? original : flipped;
    Branch wentOn = node.decision().stop() ? flipped : original;
    int order = compare(stopped.verdict(), wentOn.verdict());
    boolean bothCorrect = stopped.verdict().isCorrect() && wentOn.verdict().isCorrect();
    if (order == 0 && bothCorrect && options.preferEarlierStopOnTie()) {
      order = 1;
    }
    if (order == 0) {
      return Optional.empty();
    }
    boolean stopIsBetter = order > 0;
    return Optional.of(
        new PreferencePair(
            AdapterRole.STOP,
            tokens.stopPrompt(node.output()),
            tokens.stopDecision(stopIsBetter),
            tokens.stopDecision(!stopIsBetter),
            node.output().problem().id(),
            node.index(),
            (stopIsBetter ? stopped : wentOn).verdict().reward().orElseThrow(),
            (stopIsBetter ? wentOn : stopped).verdict().reward().orElseThrow()));
  }

  /** Returns 1 or −1 where the first or the second is clearly better, 0 where neither is. */
  private int compare(Verdict first, Verdict second) {
    if (!first.known() || !second.known()) {
      return 0;
    }
    double difference = first.reward().orElseThrow() - second.reward().orElseThrow();
    boolean clear = Math.abs(difference) > options.rewardMargin() - ROUNDING;
    return clear ? (int) Math.signum(difference) : 0;
  }
}
