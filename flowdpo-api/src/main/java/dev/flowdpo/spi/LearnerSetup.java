package dev.flowdpo.spi;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.Verifier;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything an application chose for a learner.
 *
 * <p>Immutable and thread-safe.
 *
 * @param policy the flow's live policy; the application's own where it supplied one
 * @param judge the flow's live judge; the application's own where it supplied one
 * @param flow the flow's options, for the rollouts
 * @param verifier the verifier as it was given; the learner puts a {@link
 *     dev.flowdpo.rollout.VerifierGuard} around it
 * @param objective what learning minimises
 * @param sampler what explores the problems
 * @param pairRule how rollouts become pairs
 * @param options the learner's numbers
 * @param listener who watches
 * @param checkpoint folder for the learner's state; empty for none
 * @param resume whether to go on from that folder
 */
public record LearnerSetup(
    FlowPolicy policy,
    StopJudge judge,
    FlowOptions flow,
    Verifier verifier,
    DpoObjective objective,
    RolloutSampler sampler,
    PairRule pairRule,
    LearnerOptions options,
    LearningListener listener,
    Optional<Path> checkpoint,
    boolean resume) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if {@code resume} is set without a checkpoint folder
   */
  public LearnerSetup {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(judge, "judge");
    Objects.requireNonNull(flow, "flow");
    Objects.requireNonNull(verifier, "verifier");
    Objects.requireNonNull(objective, "objective");
    Objects.requireNonNull(sampler, "sampler");
    Objects.requireNonNull(pairRule, "pairRule");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(checkpoint, "checkpoint");
    if (resume && checkpoint.isEmpty()) {
      throw new InvalidInputException(
          "resume: expected a checkpoint folder to go on from, found none. Set"
              + " checkpoint(folder).");
    }
  }
}
