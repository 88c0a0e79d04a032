package dev.flowdpo.spi;

import dev.flowdpo.learning.RolloutExecutor;
import dev.flowdpo.rollout.VerifierFactory;

/**
 * Opens executors of rollouts on a cluster, for commands that get its address. Found with {@link
 * java.util.ServiceLoader}. Implementations are thread-safe.
 */
public interface RolloutExecutorProvider {

  /**
   * {@return a new executor, which the caller closes}
   *
   * @param master the cluster's address, such as {@code local[2]}
   * @param engine the base model as the cluster's machines find it; its adapters are not used
   * @param verifier makes what judges there
   * @param problemsPerTask how many problems run as one batch, at least 1
   * @throws dev.flowdpo.error.FlowException if the cluster cannot be reached
   */
  RolloutExecutor open(
      String master, EngineSettings engine, VerifierFactory verifier, int problemsPerTask);
}
