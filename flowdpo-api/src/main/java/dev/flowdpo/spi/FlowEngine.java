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
 * Implementations are thread-safe.
 */
public interface FlowEngine extends AutoCloseable {

  /** {@return the policy under the Answer adapter, the same live one at each call} */
  FlowPolicy policy();

  /** {@return the judge under the Stop adapter, the same live one at each call} */
  StopJudge judge();

  /** {@return the flow options that fit the loaded model, for what an application does not set} */
  FlowOptions defaultOptions();

  /** {@return the learner options that fit the loaded model, where an application sets none} */
  LearnerOptions defaultLearnerOptions();

  /**
   * {@return a new learner, which the caller closes, of this engine's adapters}
   *
   * @throws dev.flowdpo.error.InvalidInputException if the setup does not fit this engine
   * @throws FlowException if the learner cannot start
   */
  OnlineLearner learner(LearnerSetup setup);

  /**
   * {@return a new compiler of adapters on this engine's base; usable until the engine is closed}
   *
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
