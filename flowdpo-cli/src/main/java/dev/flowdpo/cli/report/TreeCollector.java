package dev.flowdpo.cli.report;

import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Hands on the trees of a learner that are worth looking at, each with the pairs it gave, in their
 * order. A learner tells of its problems first and then of the pairs of the whole mini-batch, so
 * trees wait until pairs come; call {@link #finish} at the end for those that gave none. Not
 * thread-safe.
 */
public final class TreeCollector implements LearningListener {
  private final BiPredicate<RolloutTree, LearningProgress> wanted;
  private final String prefix;
  private final Consumer<ReportTree> sink;
  private final Map<RolloutTree, String> waiting = new LinkedHashMap<>();

  /**
   * Creates a collector.
   *
   * @param prefix begins each tree's note, for example {@code seed 0}
   * @param wanted says which trees are kept
   * @param sink receives them
   */
  public TreeCollector(
      String prefix, BiPredicate<RolloutTree, LearningProgress> wanted, Consumer<ReportTree> sink) {
    this.prefix = Objects.requireNonNull(prefix, "prefix");
    this.wanted = Objects.requireNonNull(wanted, "wanted");
    this.sink = Objects.requireNonNull(sink, "sink");
  }

  @Override
  public void onProblem(RolloutTree tree, LearningProgress progress) {
    if (wanted.test(tree, progress)) {
      String place = "problem " + progress.problems();
      waiting.put(tree, prefix.isEmpty() ? place : prefix + ", " + place);
    }
  }

  @Override
  public void onPairs(List<PreferencePair> pairs) {
    handOn(pairs);
  }

  /** Hands on the trees that still wait for pairs: they gave none. */
  public void finish() {
    handOn(List.of());
  }

  /** The pairs of a problem that was seen twice belong to its last tree. */
  private void handOn(List<PreferencePair> pairs) {
    Set<String> seen = new HashSet<>();
    List<ReportTree> trees = new ArrayList<>();
    List<Map.Entry<RolloutTree, String>> entries = new ArrayList<>(waiting.entrySet());
    for (int i = entries.size() - 1; i >= 0; i--) {
      RolloutTree tree = entries.get(i).getKey();
      boolean last = seen.add(tree.problem().id());
      trees.add(0, ReportTree.of(entries.get(i).getValue(), tree, last ? pairs : List.of()));
    }
    waiting.clear();
    trees.forEach(sink);
  }
}
