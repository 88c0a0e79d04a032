package dev.flowdpo.learning;

import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import java.nio.file.Path;

/**
 * A group of problems that a learner wants rolled out, all under one version of its adapters.
 * Engines make it and a {@link RolloutExecutor} reads it; it is good until {@link
 * RolloutExecutor#run} returns. Thread-safe.
 */
public interface RolloutRound {

  /**
   * {@return the problems, the options and the seed; and, to roll out in this process, the policy
   * and the judge under this version, and the guarded verifier}
   */
  RolloutRequest request();

  /** {@return what explores the problems, as the application chose it} */
  RolloutSampler sampler();

  /** {@return the number of the version, as in {@link AdapterVersion#number}} */
  long version();

  /**
   * {@return how long a verification may take, and how many run at one time, for a guard elsewhere}
   */
  RolloutOptions options();

  /**
   * {@return whether policy and judge are the engine's own, so that the base and the adapters are
   * all that another process needs}
   */
  boolean engineModels();

  /**
   * {@return what names the content of the base model's files, whatever their place: another
   * process must have the same} Computed once, which reads them.
   */
  String modelDigest();

  /**
   * Writes this version's adapters as PEFT folders, {@code answer} and {@code stop}; one that
   * changes nothing is left out.
   *
   * @throws dev.flowdpo.error.FlowException if they cannot be written
   */
  void writeAdapters(Path folder);
}
