package dev.flowdpo.policy;

import java.util.List;

/**
 * The model that decides when an answer is finished. The engine of {@code flowdpo-runtime} is one;
 * an application may bring its own. Implementations are thread-safe, and their rows are
 * independent: a decision depends on its own partial answer only (Stop model of Flow-DPO, arXiv
 * 2410.22304, section 3.1).
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

  /** {@return whether answers of different callers may share a call, as in {@link FlowPolicy}} */
  default boolean sharesCalls() {
    return false;
  }

  /** {@return the bytes it keeps for a token of an answer under way, as in {@link FlowPolicy}} */
  default long cacheBytesPerToken() {
    return 0;
  }

  /**
   * {@return this judge as it is now, without the updates that a learner publishes later} A flow
   * takes one at the start of each solve and keeps it to the end. By default this judge itself,
   * right for one that never learns.
   */
  default StopJudge snapshot() {
    return this;
  }

  /**
   * Says that nobody goes on with an answer, nor with those before it, as in {@link FlowPolicy}.
   */
  default void forget(PartialAnswer answer) {}

  /**
   * {@return whether the ids of the answers that it reads are of the engine's own vocabulary;
   * default false} An engine refuses to learn with a foreign judge that does not say so, since it
   * would train on ids that mean something else to its model.
   */
  default boolean sharesEngineTokens() {
    return false;
  }
}
