package dev.flowdpo.runtime.learning;

import dev.flowdpo.answer.FinalAnswer;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.ProgressiveValidation;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a learner has counted, and the pairs that wait for their update. Together with the adapters
 * this is all that a run needs to go on where it was. Not thread-safe.
 */
final class LearnerState {
  private final List<Boolean> outcomes = new ArrayList<>();
  private final Map<AdapterRole, List<PreferencePair>> pending = new EnumMap<>(AdapterRole.class);
  private final Map<AdapterRole, Integer> due = new EnumMap<>(AdapterRole.class);
  private final Map<AdapterRole, Integer> pairs = new EnumMap<>(AdapterRole.class);
  private final Map<AdapterRole, Integer> updates = new EnumMap<>(AdapterRole.class);
  private long chunks;
  private int withoutAnswer;
  private int verifierFailures;
  private int passedOver;
  private int skippedUpdates;
  private int decisions;
  private int undecided;
  private int nodes;
  private int contrasts;
  private final SeenProblems seen;
  private final Map<String, Long> streams = new TreeMap<>();

  LearnerState(SeenProblems seen) {
    this.seen = seen;
    for (AdapterRole role : AdapterRole.values()) {
      pending.put(role, new ArrayList<>());
      due.put(role, 0);
      pairs.put(role, 0);
      updates.put(role, 0);
    }
  }

  /** Goes back to counts that were saved. */
  LearnerState(
      List<Boolean> outcomes,
      Map<AdapterRole, List<PreferencePair>> pending,
      Map<AdapterRole, Integer> due,
      Map<AdapterRole, Integer> pairs,
      Map<AdapterRole, Integer> updates,
      long chunks,
      int withoutAnswer,
      int verifierFailures,
      int passedOver,
      int skippedUpdates,
      SeenProblems seen,
      Map<String, Long> streams) {
    this.seen = seen;
    this.streams.putAll(streams);
    this.outcomes.addAll(outcomes);
    for (AdapterRole role : AdapterRole.values()) {
      this.pending.put(role, new ArrayList<>(Lookup.required(pending, role)));
      this.due.put(role, Lookup.required(due, role));
      this.pairs.put(role, Lookup.required(pairs, role));
      this.updates.put(role, Lookup.required(updates, role));
    }
    this.chunks = chunks;
    this.withoutAnswer = withoutAnswer;
    this.verifierFailures = verifierFailures;
    this.passedOver = passedOver;
    this.skippedUpdates = skippedUpdates;
  }

  /**
   * Counts the flow's own answer to a problem, given before anything was learned from it.
   *
   * @param pairs what is learned of its tree
   */
  void count(RolloutTree tree, List<PreferencePair> pairs) {
    Branch original = tree.original();
    outcomes.add(original.verdict().isCorrect());
    chunks += original.answer().depth();
    if (FinalAnswer.extract(original.answer().text()).isEmpty()) {
      withoutAnswer++;
    }
    decisions += original.decisions().size();
    undecided += (int) original.decisions().stream().filter(UndecidedJudge::isUndecided).count();
    nodes += tree.nodes().size();
    contrasts += (int) pairs.stream().mapToInt(PreferencePair::node).distinct().count();
  }

  /** Goes back to counts that states of earlier versions lack. */
  void restore(int decisions, int undecided, int nodes, int contrasts) {
    this.decisions = decisions;
    this.undecided = undecided;
    this.nodes = nodes;
    this.contrasts = contrasts;
  }

  int decisions() {
    return decisions;
  }

  int undecided() {
    return undecided;
  }

  int nodes() {
    return nodes;
  }

  /** Returns how many nodes had branches that fared differently. */
  int contrasts() {
    return contrasts;
  }

  void add(PreferencePair pair) {
    Lookup.required(pending, pair.role()).add(pair);
    pairs.merge(pair.role(), 1, Integer::sum);
  }

  /** Counts a pair of the rule that says how often the adapters are updated. */
  void addDue(AdapterRole role) {
    due.merge(role, 1, Integer::sum);
  }

  /** Counts an update, and takes what made it due. */
  void countUpdate(AdapterRole role, int taken) {
    due.merge(role, -taken, Integer::sum);
    updates.merge(role, 1, Integer::sum);
  }

  /** Counts an update that was not taken, and takes what made it due. */
  void countSkippedUpdate(AdapterRole role, int taken) {
    due.merge(role, -taken, Integer::sum);
    skippedUpdates++;
  }

  /** Counts a problem that cannot be used. */
  void countPassedOver() {
    passedOver++;
  }

  int passedOver() {
    return passedOver;
  }

  int skippedUpdates() {
    return skippedUpdates;
  }

  /** Returns what was learned from or passed over. */
  SeenProblems seen() {
    return seen;
  }

  /** Forgets a problem and its waiting pairs, and returns whether there was anything. */
  boolean forget(String problemId) {
    boolean found = seen.forget(problemId);
    for (AdapterRole role : AdapterRole.values()) {
      int before = pending(role).size();
      pending(role).removeIf(pair -> pair.problemId().equals(problemId));
      int removed = before - pending(role).size();
      due.put(role, Math.max(0, due(role) - removed));
      found |= removed > 0;
    }
    return found;
  }

  /** Returns how many problems of each stream that has a name were read. */
  Map<String, Long> streams() {
    return streams;
  }

  void countVerifierFailures(int failures) {
    verifierFailures += failures;
  }

  /** Returns the waiting pairs themselves, from which an update takes its own. */
  List<PreferencePair> pending(AdapterRole role) {
    return Lookup.required(pending, role);
  }

  /** Returns how many pairs of the rule that sets the pace wait for their update. */
  int due(AdapterRole role) {
    return Lookup.required(due, role);
  }

  int problems() {
    return outcomes.size();
  }

  int pairs(AdapterRole role) {
    return Lookup.required(pairs, role);
  }

  int updates(AdapterRole role) {
    return Lookup.required(updates, role);
  }

  long chunks() {
    return chunks;
  }

  int withoutAnswer() {
    return withoutAnswer;
  }

  int verifierFailures() {
    return verifierFailures;
  }

  ProgressiveValidation validation() {
    return ProgressiveValidation.of(outcomes);
  }

  LearningProgress progress() {
    int problems = Math.max(1, outcomes.size());
    return LearningProgress.builder()
        .problems(outcomes.size())
        .pairs(pairs(AdapterRole.ANSWER), pairs(AdapterRole.STOP))
        .updates(updates(AdapterRole.ANSWER), updates(AdapterRole.STOP))
        .answers(
            validation().accuracy(), (double) chunks / problems, (double) withoutAnswer / problems)
        .verifierFailures(verifierFailures)
        .passedOver(passedOver)
        .skippedUpdates(skippedUpdates)
        .undecidedStops((double) undecided / Math.max(1, decisions))
        .nodes(nodes, nodes - contrasts)
        .build();
  }
}
