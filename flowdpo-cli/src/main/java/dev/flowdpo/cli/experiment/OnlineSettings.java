package dev.flowdpo.cli.experiment;

import com.google.common.collect.ImmutableSortedMap;
import dev.flowdpo.Flow;
import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.cli.options.LearningPlan;
import dev.flowdpo.cli.options.ModelChoice;
import dev.flowdpo.cli.output.ProgressDisplay;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupRelative;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.value.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all arms of an online experiment have in common. Immutable.
 *
 * @param model the model and how it is loaded
 * @param adapters folder of the adapters that every arm starts from; empty for none
 * @param set where the problems come from
 * @param problems how many are learned from
 * @param heldOut how many are measured on
 * @param learner the method's numbers; each run sets its own seed
 * @param objective what the method minimises
 * @param groups what the arm minimises that learns from rewards within groups
 * @param rule how rollouts become what the method learns from
 * @param flow how answers are written; empty for what suits the model
 */
record OnlineSettings(
    ModelChoice model,
    Optional<Path> adapters,
    ProblemSet set,
    int problems,
    int heldOut,
    LearnerOptions learner,
    DpoObjective objective,
    DpoObjective groups,
    PairRule rule,
    Optional<FlowOptions> flow) {
  /** The name of the number of problems among what describes an experiment. */
  static final String PROBLEMS = "problems";

  /** Makes settings with the paper's pairs, of a flow that writes as suits the model. */
  OnlineSettings(
      ModelChoice model,
      Optional<Path> adapters,
      ProblemSet set,
      int problems,
      int heldOut,
      LearnerOptions learner,
      DpoObjective objective) {
    this(
        model,
        adapters,
        set,
        problems,
        heldOut,
        learner,
        objective,
        GroupRelative.builder().build(),
        PairRule.contrasts(learner.pairs()),
        Optional.empty());
  }

  /** Returns settings with all that a plan says. */
  static OnlineSettings of(
      ModelChoice model,
      Optional<Path> adapters,
      ProblemSet set,
      int problems,
      int heldOut,
      LearningPlan plan) {
    return new OnlineSettings(
        model,
        adapters,
        set,
        problems,
        heldOut,
        plan.learner(),
        plan.objective(),
        plan.withGroups().objective(),
        plan.rule(),
        Optional.of(plan.flow()));
  }

  /**
   * Returns where the problems come from, of which the solutions are known.
   *
   * @throws IllegalStateException if they are not the built-in ones
   */
  Distribution distribution() {
    if (set instanceof Distribution builtIn) {
      return builtIn;
    }
    throw new IllegalStateException("expected built-in problems, found " + set.label());
  }

  /** Returns a flow on an engine, which it closes. */
  Flow flow(AdapterFlowEngine engine, long seed) {
    Flow.Builder builder = Flow.builder().engine(engine).seed(seed);
    flow.ifPresent(
        options ->
            builder
                .chunkSize(options.chunkSize())
                .maxChunks(options.maxChunks())
                .sampling(options.sampling()));
    return builder.build();
  }

  /** Opens the model with the adapters that every arm starts from. */
  AdapterFlowEngine open() {
    return open(adapters);
  }

  /** Opens the model with other adapters. */
  AdapterFlowEngine open(Optional<Path> others) {
    return model.open(others);
  }

  /** Returns the problems that a seed learns from. */
  List<Problem> problemsOf(long seed) {
    return set.learning(seed, problems);
  }

  /** Returns the problems to measure on, the same for every seed. */
  List<Problem> heldOutProblems() {
    return set.heldOut(heldOut);
  }

  /** Measures a flow on them. */
  Evaluation evaluate(Flow flow, ProgressDisplay display) {
    return Evaluation.of(flow, heldOutProblems(), set.verifier(), display);
  }

  /**
   * Returns the method's learner, which keeps nothing on the way.
   *
   * @param display shows how many problems it has learned from
   * @param message what to show beside the count
   */
  OnlineLearner learner(Flow flow, long seed, ProgressDisplay display, String message) {
    return flow.learner()
        .verifier(set.verifier())
        .objective(objective)
        .options(learner.toBuilder().seed(seed).build())
        .listener(
            new LearningListener() {
              @Override
              public void onProblem(RolloutTree tree, LearningProgress progress) {
                display.update(progress.problems(), message);
              }
            })
        .build();
  }

  /** Returns what must be the same where an experiment is resumed. */
  Map<String, String> describe(List<Long> seeds) {
    ImmutableSortedMap.Builder<String, String> described = ImmutableSortedMap.naturalOrder();
    flow.ifPresent(
        options ->
            described
                .put("flow", options.toString())
                .put("groups", groups.toString())
                .put("rule", rule.toString())
                .put("stop", model.stopDescription()));
    return described
        .put("model", model.description())
        .put("adapters", adapters.map(Path::toString).orElse("none"))
        .put("distribution", set.label())
        .put(PROBLEMS, Integer.toString(problems))
        .put("heldOut", Integer.toString(heldOut))
        .put("learner", learner.toString())
        .put("objective", objective.toString())
        .put("seeds", seeds.toString())
        .build();
  }
}
