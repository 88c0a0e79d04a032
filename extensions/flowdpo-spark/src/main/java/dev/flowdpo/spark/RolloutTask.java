package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.RolloutOptions;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.RolloutRound;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.TreeRolloutSampler;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.value.Problem;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * What an executor does with a shard of a round's problems. Immutable and thread-safe.
 *
 * @param session tells one learner's versions and verifier from another's
 * @param sampler explores; null for the paper's
 * @param lastAttempt the number of the attempt after which Spark gives a task up, from 0
 */
record RolloutTask(
    ModelSpec model,
    String session,
    long version,
    Broadcast<byte[]> adapters,
    VerifierFactory verifier,
    Duration verifierTimeLimit,
    int parallelVerifications,
    @Nullable RolloutSampler sampler,
    FlowSpec flow,
    int rolloutsPerNode,
    long seed,
    int lastAttempt)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Returns a round's task. */
  static RolloutTask of(
      RolloutRound round,
      ModelSpec model,
      String session,
      Broadcast<byte[]> adapters,
      VerifierFactory verifier,
      int lastAttempt) {
    RolloutOptions options = round.options();
    return new RolloutTask(
        model,
        session,
        round.version(),
        adapters,
        verifier,
        options.verifierTimeLimit(),
        options.parallelVerifications(),
        round.sampler() instanceof TreeRolloutSampler ? null : round.sampler(),
        FlowSpec.of(round.request().options()),
        round.request().rolloutsPerNode(),
        round.request().seed(),
        lastAttempt);
  }

  /** Returns one outcome per problem, as {@link TreeCodec} writes it. */
  List<byte[]> run(List<ProblemRecord> shard) {
    AdapterFlowEngine.Models pinned;
    VerifierGuard guard;
    try {
      ExecutorModels models = ExecutorModels.of(model, session);
      pinned = models.version(session, version, adapters::value);
      guard = models.verifier(session, verifier, verifierTimeLimit, parallelVerifications);
    } catch (RuntimeException e) {
      return refuse(shard.size(), e);
    }
    return rollOut(shard, pinned, guard);
  }

  /** Another machine may have what this one lacks; at last, the driver is told. */
  private List<byte[]> refuse(int problems, RuntimeException cause) {
    if (TaskContext.get().attemptNumber() < lastAttempt) {
      throw cause;
    }
    String message =
        "Executor %s cannot begin: %s".formatted(SparkEnv.get().executorId(), cause.getMessage());
    return Collections.nCopies(problems, TreeCodec.encodeRefusal(message));
  }

  private List<byte[]> rollOut(
      List<ProblemRecord> shard, AdapterFlowEngine.Models pinned, VerifierGuard guard) {
    List<Problem> problems = shard.stream().map(ProblemRecord::problem).toList();
    List<Optional<Branch>> originals = new ArrayList<>();
    for (int i = 0; i < shard.size(); i++) {
      originals.add(shard.get(i).known(problems.get(i)));
    }
    RolloutRequest request =
        RolloutRequest.builder(problems, pinned.policy(), pinned.judge(), guard)
            .originals(originals)
            .options(flow.options())
            .rolloutsPerNode(rolloutsPerNode)
            .seed(seed)
            .build();
    RolloutSampler explorer = sampler == null ? RolloutSampler.tree() : sampler;
    List<RolloutOutcome> outcomes = RolloutOutcome.ofShard(explorer, request, version);
    if (Thread.currentThread().isInterrupted()) {
      throw new FlowException("The task was interrupted and given up.");
    }
    List<byte[]> encoded = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      encoded.add(TreeCodec.encode(checked(outcomes.get(i), originals.get(i), explorer)));
      outcomes.get(i).tree().ifPresent(tree -> forget(tree, pinned));
    }
    return encoded;
  }

  /** Where a path was given, the driver takes the tree's original for it. */
  private static RolloutOutcome checked(
      RolloutOutcome outcome, Optional<Branch> given, RolloutSampler sampler) {
    boolean other =
        outcome
            .tree()
            .map(tree -> tree.original().answer())
            .flatMap(answer -> given.filter(path -> path.answer() != answer))
            .isPresent();
    return other
        ? RolloutOutcome.failed(
            outcome.problem(),
            outcome.version(),
            new InvalidInputException(
                ("feedback on problem %s: expected the sampler to keep the solution that was"
                        + " served, found that %s wrote another one; it has to look at"
                        + " RolloutRequest.originals()")
                    .formatted(outcome.problem().id(), sampler.getClass().getName())))
        : outcome;
  }

  private static void forget(RolloutTree tree, AdapterFlowEngine.Models models) {
    Stream.concat(Stream.of(tree.original()), tree.nodes().stream().flatMap(RolloutTask::branches))
        .map(Branch::answer)
        .forEach(
            answer -> {
              models.policy().forget(answer);
              models.judge().forget(answer);
            });
  }

  private static Stream<Branch> branches(OutputNode node) {
    return Stream.concat(node.alternatives().stream(), node.flipped().stream());
  }
}
