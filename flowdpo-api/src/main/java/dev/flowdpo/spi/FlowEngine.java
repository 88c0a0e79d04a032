package dev.flowdpo.spi;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.AdapterCompiler;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;

/**
 * One frozen base model with its two adapters, loaded and ready to generate and to learn.
 *
 * <p>Implementations are thread-safe.
 */
public interface FlowEngine extends AutoCloseable {

  /**
   * Returns the policy under the Answer adapter.
   *
   * @return the same live policy at each call
   */
  FlowPolicy policy();

  /**
   * Returns the judge under the Stop adapter.
   *
   * @return the same live judge at each call
   */
  StopJudge judge();

  /**
   * Returns the flow options that fit the loaded model.
   *
   * @return the options for what an application does not set
   */
  FlowOptions defaultOptions();

  /**
   * Returns the learner options that fit the loaded model.
   *
   * @return the options where an application sets none
   */
  LearnerOptions defaultLearnerOptions();

  /**
   * Makes a learner that updates this engine's adapters.
   *
   * @param setup everything the application chose
   * @return a new learner, which the caller closes
   * @throws dev.flowdpo.error.InvalidInputException if the setup does not fit this engine
   * @throws FlowException if the learner cannot start
   */
  OnlineLearner learner(LearnerSetup setup);

  /**
   * Makes a compiler of adapters on this engine's base.
   *
   * @return a new compiler; usable until the engine is closed
   * @throws FlowException if the engine has none, as by default
   */
  default AdapterCompiler compiler() {
    throw new FlowException("compiler: this engine does not train on traces.");
  }

  /**
   * Returns the versions of this engine's adapters.
   *
   * @return the same object at each call
   * @throws FlowException if the engine keeps none, as by default
   */
  default FlowAdapters adapters() {
    throw new FlowException("adapters: this engine keeps no versions.");
  }

  /** Frees the models. Again does nothing. */
  @Override
  void close();
}
