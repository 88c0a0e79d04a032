package dev.flowdpo.policy;

import java.util.List;

/**
 * The model that decides when an answer is finished. The engine of {@code flowdpo-runtime} is one;
 * an application may bring its own.
 *
 * <p>Implementations are thread-safe, and their rows are independent: a decision depends on its own
 * partial answer only (Stop model of Flow-DPO, arXiv 2410.22304, section 3.1).
 */
@FunctionalInterface
public interface StopJudge {

  /**
   * Judges every partial answer. Batches may be of any size; an implementation splits those too
   * large for it.
   *
   * @param partials the rows, at least one, each with at least one chunk
   * @return one decision per partial answer, in the same order
   * @throws dev.flowdpo.error.FlowException if the model fails
   */
  List<StopDecision> judge(List<PartialAnswer> partials);

  /**
   * Returns whether partial answers of different callers may share a call, as {@link
   * FlowPolicy#sharesCalls} has it.
   *
   * @return by default false
   */
  default boolean sharesCalls() {
    return false;
  }

  /**
   * Returns how much memory it keeps for a token of an answer under way, as {@link
   * FlowPolicy#cacheBytesPerToken} has it.
   *
   * @return bytes; by default 0
   */
  default long cacheBytesPerToken() {
    return 0;
  }

  /**
   * Returns this judge as it is now: updates that a learner publishes later do not reach the
   * returned one. A flow takes one at the start of each solve and keeps it to the end.
   *
   * @return a frozen view; by default this judge, right for a judge that never learns
   */
  default StopJudge snapshot() {
    return this;
  }

  /**
   * Returns whether the ids of the partial answers that it reads are those of the engine's own
   * vocabulary. An engine refuses to learn with another judge than its own that does not say so,
   * since it would train on ids that mean something else to its model.
   *
   * @return by default false
   */
  default boolean sharesEngineTokens() {
    return false;
  }
}
