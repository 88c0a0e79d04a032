package dev.flowdpo.learning;

import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Learns while the application runs: rolls problems out, forms preference pairs from the verdicts
 * and updates the Answer and the Stop adapter (Flow-DPO, arXiv 2410.22304, section 3.2). Solves
 * that begin after an update use the updated adapters; those under way keep the version they began
 * with.
 *
 * <p>Problems come by {@link #learn}, on the caller's thread, or one by one by {@link #submit} and
 * {@link #feedback}, on a daemon thread of the learner's own; where both are used they take turns,
 * a group each. Nothing here waits for a whole run: {@link #pause}, {@link #stop} and {@link
 * #close} act after the group or the step under way, and all else at once.
 *
 * <p>Made by {@link dev.flowdpo.Flow#learner()}; thread-safe. The flow may solve all the while.
 * After {@link #close}, methods that would learn or write throw {@link
 * dev.flowdpo.error.FlowClosedException}.
 */
public interface OnlineLearner extends AutoCloseable {
  /** How many problems in a row may fail, for other reasons than their input. */
  int MOST_FAILURES = 32;

  /**
   * Learns from the problems, in their order, and returns where the learner stands. May be called
   * again with more. Pairs that do not fill an update wait for the next call, and are kept in
   * checkpoints. A learner that resumed passes each problem by once for every time that its
   * checkpoint has seen its id: the same problems again go on where they were, and new ones are all
   * learned from.
   *
   * <p>A problem that cannot be used (too long for the model, or the sampler fails on it) is
   * reported to the listener, counted, and passed over; {@value #MOST_FAILURES} in a row that are
   * not for their input end the call.
   *
   * <p>The call ends early where the learner is stopped or closed, or where its thread is
   * interrupted: after the group or the step under way, with the state saved, and a report that
   * says so. A group that is broken off counts as not seen.
   *
   * @param problems read once, a group at a time
   * @throws dev.flowdpo.error.FlowException if a model fails or a checkpoint cannot be written
   */
  LearningReport learn(Iterable<Problem> problems);

  /**
   * Learns from a stream, from its beginning, whose position the state keeps under its name: a
   * learner that resumed goes on after as many problems as it had read of it. For streams longer
   * than {@link SubmissionOptions#rememberedProblems}; else as {@link #learn(Iterable)}.
   */
  LearningReport learn(String stream, Iterable<Problem> problems);

  /**
   * Hands in a problem to be learned from on the learner's own thread, in a group with others that
   * come within {@link SubmissionOptions#groupWait}. What waits is not in checkpoints: {@link
   * #hasSeen} tells after a restart what to submit again.
   *
   * @param problem the problem
   * @return what came of it, on another thread than the learner's; fails with {@link
   *     dev.flowdpo.error.FlowClosedException} where the learner is stopped before, and with what
   *     went wrong otherwise. Cancelling it before its group begins takes the problem back
   * @throws dev.flowdpo.error.FlowOverloadedException if the queue is full and refuses
   * @throws dev.flowdpo.error.FlowException if this thread is interrupted while it waits for room
   */
  CompletableFuture<ProblemOutcome> submit(Problem problem);

  /**
   * Hands in a solution that this flow wrote, with what became known of it: a user's verdict, a
   * test that ran later. It is the original path of its problem's tree and is not written again;
   * the learner rolls out the alternatives from its nodes and lets the verifier judge those.
   *
   * @param solution the solution as the flow returned it, by whichever version of the adapters
   * @param verdict what became known of it
   * @return as {@link #submit}
   * @throws dev.flowdpo.error.InvalidInputException if the solution is not complete, or its token
   *     ids are not the engine's
   */
  CompletableFuture<ProblemOutcome> feedback(Solution solution, Verdict verdict);

  /** {@return whether the learner remembers a problem with this id that it has learned from} */
  boolean hasSeen(String problemId);

  /**
   * Forgets a problem by its id, its waiting pairs and that it was seen, and returns whether
   * anything was known of it. Where there is a checkpoint folder, the state is written without it
   * and older states are deleted before this returns. Adapters keep what they learned.
   */
  boolean forget(String problemId);

  /** {@return where the learner stands, resumed runs included} */
  LearningProgress progress();

  /** Lets nothing more begin, after the group under way, until {@link #resume}. */
  void pause();

  /** Ends a {@link #pause}. */
  void resume();

  /**
   * Ends all learning after the group or the step under way, and saves the state where there is a
   * checkpoint folder. What waits in the queue fails. Again does nothing more.
   *
   * @param limit how long to wait; after it, what is under way is broken off as soon as it can be
   * @return whether everything had ended and was saved in that time
   */
  boolean stop(Duration limit);

  /**
   * Writes the adapters that are live as PEFT folders, {@code answer} and {@code stop}, for {@link
   * dev.flowdpo.Flow.Builder#adapters} and for other tools, into a folder that is made where
   * needed. Waits for nothing.
   *
   * @throws dev.flowdpo.error.FlowException if they cannot be written
   */
  void save(Path folder);

  /**
   * Stops, breaking off the group under way, saves the state where there is a checkpoint folder,
   * and frees what the learner holds; the flow keeps the adapters as they are. Again does nothing.
   */
  @Override
  void close();

  /**
   * Collects what a learner needs and checks each value at once. Every setter returns this builder.
   * Not thread-safe.
   */
  interface Builder {

    /** Sets what judges the answers, under {@link RolloutOptions#verifierTimeLimit()}. Required. */
    Builder verifier(Verifier verifier);

    /**
     * Sets what learning minimises; by default what the engine recommends for its model, mostly
     * {@link DpoObjective#paper()}.
     */
    Builder objective(DpoObjective objective);

    /** Sets what explores the problems; by default {@link RolloutSampler#tree()}. */
    Builder sampler(RolloutSampler sampler);

    /**
     * Sets where problems are explored; by default {@link RolloutExecutor#local()}. The caller
     * closes it after the learner.
     */
    Builder executor(RolloutExecutor executor);

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

    /**
     * Sets whether to go on from the checkpoint folder where it holds a state; by default false. A
     * state that another model, other options, or other parts made is refused.
     */
    Builder resume(boolean resume);

    /**
     * Sets whether a state that the checkpoint folder holds may be replaced, once this learner has
     * one to write; by default false, which refuses such a folder unless it is resumed.
     */
    Builder overwrite(boolean overwrite);

    /**
     * Sets what is done to a waiting pair before it is written to a checkpoint; by default nothing.
     * Its ids are the only thing in a state that users wrote. A pair that comes back empty is not
     * written; what comes back changed is learned from after a restart.
     */
    Builder redaction(Function<PreferencePair, Optional<PreferencePair>> redaction);

    /**
     * Sets held-out problems for the gate ({@link GateOptions}); by default none. The verifier
     * judges their answers.
     */
    Builder validation(List<Problem> problems);

    /** Sets what names the learner in threads, logs and messages; by default "learner". */
    Builder name(String name);

    /**
     * Makes a learner on the flow's engine.
     *
     * @throws dev.flowdpo.error.InvalidInputException if there is no verifier, if {@code resume} is
     *     set without a checkpoint folder, if the checkpoint does not fit, or if another learner of
     *     the flow owns an adapter that this one is to learn
     * @throws dev.flowdpo.error.FlowException if the flow has no engine that can learn
     */
    OnlineLearner build();
  }
}
