package dev.flowdpo.preference;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Two branches of an output node that fare differently (Flow-DPO, arXiv 2410.22304, section 3.2):
 * what a preference pair is made of, whether it is written as ids or as text. Immutable and
 * thread-safe.
 *
 * @param role what differs at the node: {@link AdapterRole#ANSWER} the chunk, {@link
 *     AdapterRole#STOP} the decision
 * @param node where the branches part
 * @param chosen the branch that fares better
 * @param rejected the other one
 */
public record Contrast(AdapterRole role, OutputNode node, Branch chosen, Branch rejected) {
  // 0.7 and 0.2 differ by a little less than 0.5 in binary, and are meant to differ by 0.5.
  private static final double ROUNDING = 1e-12;

  /** Checks that nothing is missing. */
  public Contrast {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(chosen, "chosen");
    Objects.requireNonNull(rejected, "rejected");
  }

  /**
   * Returns the contrasts of a tree. Rewards count as different where they differ by at least
   * {@link PairOptions#rewardMargin()}; an unknown verdict never does. Where "finished" and "go on"
   * both lead to a correct answer and their rewards do not differ, "finished" is chosen, if {@link
   * PairOptions#preferEarlierStopOnTie()}.
   *
   * @param tree the rollouts of one problem
   * @param options when two branches form a pair
   * @return its contrasts by node; at each node those of the chunks, then that of the decision
   */
  public static List<Contrast> of(RolloutTree tree, PairOptions options) {
    Branch original = tree.original();
    List<Contrast> contrasts = new ArrayList<>();
    for (OutputNode node : tree.nodes()) {
      for (Branch other : node.alternatives()) {
        if (!node.chunk().writesSame(other.answer().chunks().get(node.index()))) {
          int order = compare(original.verdict(), other.verdict(), options);
          ordered(AdapterRole.ANSWER, node, original, other, order).ifPresent(contrasts::add);
        }
      }
      node.flipped().flatMap(f -> decision(node, original, f, options)).ifPresent(contrasts::add);
    }
    return List.copyOf(contrasts);
  }

  /** {@return the chunk that the chosen branch wrote at the node} */
  public Chunk chosenChunk() {
    return chosen.answer().chunks().get(node.index());
  }

  /** {@return the chunk that the rejected branch wrote at the node} */
  public Chunk rejectedChunk() {
    return rejected.answer().chunks().get(node.index());
  }

  /** {@return whether the chosen branch stops at the node} */
  public boolean choosesStop() {
    return chosen.decisions().get(node.index()).stop();
  }

  private static Optional<Contrast> decision(
      OutputNode node, Branch original, Branch flipped, PairOptions options) {
    Branch stopped = node.decision().stop() ? original : flipped;
    Branch wentOn = node.decision().stop() ? flipped : original;
    int order = compare(stopped.verdict(), wentOn.verdict(), options);
    boolean bothCorrect = stopped.verdict().isCorrect() && wentOn.verdict().isCorrect();
    boolean earlier = order == 0 && bothCorrect && options.preferEarlierStopOnTie();
    return ordered(AdapterRole.STOP, node, stopped, wentOn, earlier ? 1 : order);
  }

  private static Optional<Contrast> ordered(
      AdapterRole role, OutputNode node, Branch first, Branch second, int order) {
    return order == 0
        ? Optional.empty()
        : Optional.of(
            new Contrast(role, node, order > 0 ? first : second, order > 0 ? second : first));
  }

  /** Returns 1 or −1 where the first or the second is clearly better, 0 where neither is. */
  private static int compare(Verdict first, Verdict second, PairOptions options) {
    if (!first.known() || !second.known()) {
      return 0;
    }
    double difference = first.reward().orElseThrow() - second.reward().orElseThrow();
    boolean clear = Math.abs(difference) > options.rewardMargin() - ROUNDING;
    return clear ? (int) Math.signum(difference) : 0;
  }
}
