package dev.flowdpo.cli.report;

import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import java.util.List;
import java.util.Objects;

/**
 * A rollout tree as it is shown and kept: texts, decisions and verdicts, and the pairs that came of
 * each node, without a model's caches. Immutable and thread-safe.
 *
 * @param note where it stands in the run, for example {@code problem 12, seed 0}; {@code ""} for
 *     nothing
 * @param problemId the problem's id
 * @param question the question
 * @param goldAnswer the right final answer; {@code ""} where it is not known
 * @param original the path that the flow took of itself
 * @param nodes its output nodes, first to last; copied
 */
public record ReportTree(
    String note,
    String problemId,
    String question,
    String goldAnswer,
    ReportBranch original,
    List<ReportNode> nodes) {

  /** Checks that all are there and copies. */
  public ReportTree {
    Objects.requireNonNull(note, "note");
    Objects.requireNonNull(problemId, "problemId");
    Objects.requireNonNull(question, "question");
    Objects.requireNonNull(goldAnswer, "goldAnswer");
    Objects.requireNonNull(original, "original");
    nodes = List.copyOf(nodes);
  }

  /**
   * Returns what is to be shown of a tree.
   *
   * @param note where it stands in the run
   * @param tree the rollouts of a problem
   * @param pairs the pairs that they gave; those of other problems are left out
   * @return the tree with its pairs at their nodes
   */
  public static ReportTree of(String note, RolloutTree tree, List<PreferencePair> pairs) {
    return TreeReading.tree(note, tree, pairs);
  }

  /**
   * Returns the number of pairs.
   *
   * @return over all nodes
   */
  public int pairCount() {
    return nodes.stream().mapToInt(node -> node.pairs().size()).sum();
  }

  /**
   * Returns the number of rollouts beside the original path.
   *
   * @return alternatives and flipped decisions over all nodes
   */
  public int rolloutCount() {
    return nodes.stream()
        .mapToInt(node -> node.alternatives().size() + node.flipped().size())
        .sum();
  }
}
