package dev.flowdpo.learning;

import java.util.List;

/**
 * Where a learner's problems are rolled out: here, or on machines of a cluster. A learner hands in
 * a round after the other, learns from the trees, and hands in the next with the adapters that came
 * of it. What is learned does not hang on the executor, as long as problems are batched alike:
 * engines compute the last bits of a probability by how many rows run together, and now and then a
 * token falls otherwise for it. {@link #local()} runs a round as one batch, {@link #local(int)} as
 * those shards that a cluster has for tasks.
 *
 * <p>Implementations are thread-safe. Whoever makes one closes it; learners do not.
 */
@FunctionalInterface
public interface RolloutExecutor extends AutoCloseable {

  /**
   * Rolls out a round. A thread that is interrupted meanwhile gives it up with a {@link
   * dev.flowdpo.error.FlowException} and stays interrupted.
   *
   * @return one outcome per problem, in their order
   * @throws dev.flowdpo.error.FlowException if it cannot roll out at all, for no fault of a single
   *     problem: learning ends with it, and what was learned before stays
   */
  List<RolloutOutcome> run(RolloutRound round);

  /**
   * {@return the one that asks the round's own sampler, all problems as one batch: the default} A
   * batch that fails is tried problem by problem.
   */
  static RolloutExecutor local() {
    return LocalRollouts::whole;
  }

  /**
   * {@return one that asks the round's own sampler for a shard after the other} A shard has native
   * calls of its own, also while the flow solves; one that fails is tried problem by problem.
   *
   * @param problems how many a shard has, at least 1
   */
  static RolloutExecutor local(int problems) {
    return LocalRollouts.shards(problems);
  }

  /** Frees what the executor holds; by default nothing. Again does nothing. */
  @Override
  default void close() {}
}
