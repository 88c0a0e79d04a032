package dev.flowdpo.learning;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.Require;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What came of one problem of a round: a tree, or why there is none. Immutable and thread-safe.
 *
 * @param problem the problem
 * @param version the version of the adapters that wrote the tree
 * @param tree its tree
 * @param failure why the problem is passed over; present where the tree is not
 * @param verifierFailures how often another verifier than the round's own failed on the tree
 */
public record RolloutOutcome(
    Problem problem,
    long version,
    Optional<RolloutTree> tree,
    Optional<RuntimeException> failure,
    int verifierFailures) {

  /** Checks that there is either a tree or a failure. */
  public RolloutOutcome {
    Objects.requireNonNull(problem, "problem");
    Require.atLeast(0, "verifierFailures", verifierFailures);
    if (tree.isPresent() == failure.isPresent()) {
      throw new IllegalArgumentException(
          "problem %s: expected a tree or a failure, found %s"
              .formatted(problem.id(), tree.isPresent() ? "both" : "neither"));
    }
  }

  /** {@return the outcome that is a tree} */
  public static RolloutOutcome of(RolloutTree tree, long version, int verifierFailures) {
    return new RolloutOutcome(
        tree.problem(), version, Optional.of(tree), Optional.empty(), verifierFailures);
  }

  /** {@return the outcome of a problem on which the rollouts failed} */
  public static RolloutOutcome failed(Problem problem, long version, RuntimeException failure) {
    return new RolloutOutcome(problem, version, Optional.empty(), Optional.of(failure), 0);
  }

  /**
   * Rolls problems out as one batch and, where that fails, one by one, so that it is known which of
   * them fails.
   *
   * @return one outcome per problem, in their order
   * @throws FlowException if the models are closed or this thread is interrupted
   */
  public static List<RolloutOutcome> ofShard(
      RolloutSampler sampler, RolloutRequest request, long version) {
    List<Problem> problems = request.problems();
    try {
      List<RolloutTree> trees = sampler.sample(request);
      if (trees.size() != problems.size()) {
        throw new FlowException(
            ("The rollout sampler returned %d trees for %d problems; it must return one for each,"
                    + " in their order")
                .formatted(trees.size(), problems.size()));
      }
      return trees.stream().map(tree -> of(tree, version, 0)).toList();
    } catch (FlowClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      if (problems.size() == 1) {
        return List.of(failed(problems.get(0), version, e));
      }
    }
    return IntStream.range(0, problems.size())
        .mapToObj(i -> ofShard(sampler, request.only(i, i + 1), version).get(0))
        .toList();
  }
}
