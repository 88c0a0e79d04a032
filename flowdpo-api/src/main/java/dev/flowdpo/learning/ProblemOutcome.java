package dev.flowdpo.learning;

import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What came of a problem that was submitted to an {@link OnlineLearner}. Immutable and thread-safe.
 */
public final class ProblemOutcome {
  /** What was done with a problem. */
  public enum Status {
    /** It was rolled out and counted; its pairs are learned from, or wait for their update. */
    LEARNED,
    /** The learner had learned from it before, and {@link SubmissionOptions#learnAgain} is off. */
    KNOWN,
    /** It cannot be used: too long for the model, or the sampler or the judge failed on it. */
    PASSED_OVER
  }

  private final Problem problem;
  private final Status status;
  private final Optional<Solution> solution;
  private final Optional<RolloutTree> tree;
  private final List<PreferencePair> pairs;
  private final List<UpdateMetrics> updates;
  private final Optional<Throwable> failure;

  private ProblemOutcome(
      Problem problem,
      Status status,
      Optional<Solution> solution,
      Optional<RolloutTree> tree,
      List<PreferencePair> pairs,
      List<UpdateMetrics> updates,
      Optional<Throwable> failure) {
    this.problem = Objects.requireNonNull(problem, "problem");
    this.status = status;
    this.solution = solution;
    this.tree = tree;
    this.pairs = List.copyOf(pairs);
    this.updates = List.copyOf(updates);
    this.failure = failure;
  }

  /** {@return the outcome of a problem that was learned from} */
  public static ProblemOutcome learned(
      RolloutTree tree,
      Solution solution,
      List<PreferencePair> pairs,
      List<UpdateMetrics> updates) {
    return new ProblemOutcome(
        tree.problem(),
        Status.LEARNED,
        Optional.of(solution),
        Optional.of(tree),
        pairs,
        updates,
        Optional.empty());
  }

  /** {@return the outcome of a problem that the learner knew} */
  public static ProblemOutcome known(Problem problem) {
    return without(problem, Status.KNOWN, Optional.empty());
  }

  /** {@return the outcome of a problem that cannot be used} */
  public static ProblemOutcome passedOver(Problem problem, Throwable failure) {
    return without(problem, Status.PASSED_OVER, Optional.of(failure));
  }

  private static ProblemOutcome without(
      Problem problem, Status status, Optional<Throwable> failure) {
    return new ProblemOutcome(
        problem, status, Optional.empty(), Optional.empty(), List.of(), List.of(), failure);
  }

  /** {@return the problem} */
  public Problem problem() {
    return problem;
  }

  /** {@return what was done with it} */
  public Status status() {
    return status;
  }

  /** {@return the flow's own answer, before anything was learned from it; where learned} */
  public Optional<Solution> solution() {
    return solution;
  }

  /** {@return all that was tried, with every verdict; where learned} */
  public Optional<RolloutTree> tree() {
    return tree;
  }

  /** {@return its preference pairs; may be none} */
  public List<PreferencePair> pairs() {
    return pairs;
  }

  /** {@return the steps that were taken after the group in which it was rolled out} */
  public List<UpdateMetrics> updates() {
    return updates;
  }

  /** {@return why it was passed over} */
  public Optional<Throwable> failure() {
    return failure;
  }

  /** {@return problem, status and figures, for logs} */
  @Override
  public String toString() {
    return "ProblemOutcome[problem=%s, status=%s, pairs=%d, updates=%d, failure=%s]"
        .formatted(problem.id(), status, pairs.size(), updates.size(), failure);
  }
}
