package dev.flowdpo.learning;

import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Learns while the application runs: rolls problems out, forms preference pairs from the verdicts
 * and updates the Answer and the Stop adapter (Flow-DPO, arXiv 2410.22304, section 3.2). Solves
 * that begin after an update use the updated adapters; those under way keep the version they began
 * with.
 *
 * <p>Made by {@link dev.flowdpo.Flow#learner()}. {@link #learn} and {@link #save} are for one
 * thread at a time; {@link #progress} may be called from any. The flow may solve all the while.
 */
public interface OnlineLearner extends AutoCloseable {

  /**
   * Learns from the problems, in their order, and returns where the learner stands. May be called
   * again with more. Pairs that do not fill an update wait for the next call, and are kept in
   * checkpoints. A learner that resumed skips the problems that its checkpoint has seen, so give it
   * the same again.
   *
   * @param problems read once, as they are needed
   * @throws dev.flowdpo.error.FlowException if a model fails or a checkpoint cannot be written
   */
  LearningReport learn(Iterable<Problem> problems);

  /** {@return where the learner stands, resumed runs included} */
  LearningProgress progress();

  /**
   * Writes both adapters as PEFT folders, {@code answer} and {@code stop}, for {@link
   * dev.flowdpo.Flow.Builder#adapters} and for other tools, into a folder that is made where
   * needed.
   *
   * @throws dev.flowdpo.error.FlowException if they cannot be written
   */
  void save(Path folder);

  /** Frees what the learner holds; the flow keeps the adapters as they are. Again does nothing. */
  @Override
  void close();

  /**
   * Collects what a learner needs and checks each value at once. Every setter returns this builder.
   * Not thread-safe.
   */
  interface Builder {

    /** Sets what judges the answers, under {@link RolloutOptions#verifierTimeLimit()}. Required. */
    Builder verifier(Verifier verifier);

    /** Sets what learning minimises; by default {@link DpoObjective#paper()}. */
    Builder objective(DpoObjective objective);

    /** Sets what explores the problems; by default {@link RolloutSampler#tree()}. */
    Builder sampler(RolloutSampler sampler);

    /**
     * Sets how rollouts become pairs; by default {@link PairRule#contrasts} of the options' pairs.
     */
    Builder pairs(PairRule rule);

    /** Sets all of the learner's numbers; by default those of the engine, which fit its model. */
    Builder options(LearnerOptions options);

    /**
     * Changes what {@code change} sets, as in {@code options(o -> o.lora(lora -> lora.rank(16)))};
     * all else stays as set before, or the engine's.
     */
    Builder options(Consumer<LearnerOptions.Builder> change);

    /** Adds a listener; may be called again for more, and they are called in that order. */
    Builder listener(LearningListener listener);

    /**
     * Sets the folder where the learner's whole state is written every {@link
     * LearnerOptions#checkpointEveryProblems()} problems, made where needed; by default none.
     */
    Builder checkpoint(Path folder);

    /** Sets whether to go on from the checkpoint folder where it holds a state; default false. */
    Builder resume(boolean resume);

    /**
     * Makes a learner on the flow's engine.
     *
     * @throws dev.flowdpo.error.InvalidInputException if there is no verifier, if {@code resume} is
     *     set without a checkpoint folder, or if the checkpoint does not fit
     * @throws dev.flowdpo.error.FlowException if the flow has no engine that can learn
     */
    OnlineLearner build();
  }
}
