package dev.flowdpo.spi;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.learning.AdapterCompiler;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import java.util.Optional;
import java.util.function.Supplier;

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
   * {@return what a learner minimises where an application sets nothing; by default {@link
   * DpoObjective#paper}}
   */
  default DpoObjective defaultObjective() {
    return DpoObjective.paper();
  }

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

  /**
   * Returns an engine with adapters of its own on the same base, which is not loaded again. They
   * are made from the base alone at the first call with a name, and are the same from then on.
   *
   * @param name not blank
   * @return an engine that this one closes
   * @throws FlowException if the engine has one pair of adapters only, as by default
   */
  default FlowEngine named(String name) {
    throw new FlowException(
        "withAdapters: this engine has one pair of adapters only, found the name \"%s\"."
            .formatted(name));
  }

  /**
   * {@return what {@code snapshots} returns, which takes snapshots of the policy and of the judge:
   * both see the same version of the adapters, also while another is published} By default nothing
   * keeps a publication away.
   */
  default <T> T atOneVersion(Supplier<T> snapshots) {
    return snapshots.get();
  }

  /** {@return the stop question of the engine's judge; empty, as by default, where it asks none} */
  default Optional<String> stopQuestion() {
    return Optional.empty();
  }

  /**
   * {@return a judge under the live Stop adapter that asks this question}
   *
   * @throws FlowException if the engine's judge asks no question, as by default
   */
  default StopJudge judgeThatAsks(String stopQuestion) {
    throw new FlowException("calibrate: this engine's judge asks no question.");
  }

  /** Frees the models. Again does nothing. */
  @Override
  void close();
}
