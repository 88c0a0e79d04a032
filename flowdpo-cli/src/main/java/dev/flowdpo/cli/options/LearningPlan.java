package dev.flowdpo.cli.options;

import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.learning.LearningDefaults;
import java.util.function.Consumer;

/**
 * How a run learns: the values that {@link LearningSettings} sets. Immutable.
 *
 * @param flow how answers are written
 * @param learner the learner's numbers
 * @param choice what is minimised
 */
public record LearningPlan(FlowOptions flow, LearnerOptions learner, ObjectiveChoice choice) {

  /** Returns what fits an engine's model. */
  static LearningPlan of(AdapterFlowEngine engine) {
    LearningDefaults defaults = engine.learningDefaults();
    return new LearningPlan(
        engine.learningFlow(),
        defaults.learner(),
        ObjectiveChoice.of(ObjectiveChoice.SIGMOID, defaults.beta())
            .withChosenNll(defaults.chosenNll()));
  }

  /** Returns these numbers with DPO as the paper has it, for an engine's model. */
  public static LearningPlan of(AdapterFlowEngine engine, LearnerOptions learner) {
    return new LearningPlan(
        engine.learningFlow(), learner, ObjectiveChoice.of(ObjectiveChoice.SIGMOID, 1));
  }

  /**
   * Returns what is minimised.
   *
   * @throws dev.flowdpo.error.InvalidInputException if the objective's name and numbers do not go
   *     together
   */
  public DpoObjective objective() {
    return choice.objective();
  }

  /** Returns how rollouts become what is learned from. */
  public PairRule rule() {
    return choice.rule(learner.pairs());
  }

  /** Returns the same with rewards within groups in place of pairs. */
  public LearningPlan withGroups() {
    return withChoice(choice.withName(ObjectiveChoice.GROUP_RELATIVE));
  }

  /** Returns a flow on the engine, which it closes. */
  public Flow flow(AdapterFlowEngine engine) {
    return Flow.builder()
        .engine(engine)
        .chunkSize(flow.chunkSize())
        .maxChunks(flow.maxChunks())
        .sampling(flow.sampling())
        .seed(flow.seed())
        .build();
  }

  /** Returns the plan with this seed, from which all of its random numbers derive. */
  public LearningPlan withSeed(long seed) {
    return withFlow(flow -> flow.seed(seed)).withLearner(learner -> learner.seed(seed));
  }

  /** Returns the plan of a run of so many problems, at whose end rates that fall are 0. */
  public LearningPlan withProblems(int problems) {
    return learner.rates().schedule() == Schedule.CONSTANT
        ? this
        : withLearner(l -> l.rates(rates -> rates.totalProblems(problems)));
  }

  LearningPlan withFlow(Consumer<FlowOptions.Builder> change) {
    FlowOptions.Builder changed = flow.toBuilder();
    change.accept(changed);
    return new LearningPlan(changed.build(), learner, choice);
  }

  /** Returns the plan with other numbers of the learner. */
  public LearningPlan withLearner(Consumer<LearnerOptions.Builder> change) {
    LearnerOptions.Builder changed = learner.toBuilder();
    change.accept(changed);
    return new LearningPlan(flow, changed.build(), choice);
  }

  LearningPlan withGroup(GroupChoice group) {
    return withChoice(choice.withGroup(group));
  }

  LearningPlan withChoice(ObjectiveChoice choice) {
    return new LearningPlan(flow, learner, choice);
  }
}
