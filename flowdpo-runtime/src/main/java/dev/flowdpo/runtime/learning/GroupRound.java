package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.spi.LearnerSetup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A group of problems and the one version of both adapters that rolls it out. Immutable and
 * thread-safe.
 */
final class GroupRound {
  private final LearnerSetup setup;
  private final LoadedModel base;
  private final int rolloutsPerNode;
  private final List<Work> group;
  private final Models models;
  private final Map<Work, InvalidInputException> unreadable;

  /** One version of the adapters, and the round's seed. */
  record Models(FlowPolicy policy, StopJudge judge, AdapterVersions.Version version, long seed) {}

  /**
   * What came of a round.
   *
   * @param outcomes one per problem that can be read, in their order
   * @param verifierFailures how often the round's verifier failed or hung
   */
  record Trees(List<RolloutOutcome> outcomes, int verifierFailures) {}

  GroupRound(
      LearnerSetup setup, LoadedModel base, int rolloutsPerNode, List<Work> group, Models models) {
    this.setup = setup;
    this.base = base;
    this.rolloutsPerNode = rolloutsPerNode;
    this.group = group;
    this.models = models;
    this.unreadable = unreadable(group, models.policy());
  }

  /** Returns the problems whose prompts do not fit the model, before they can harm the others. */
  private static Map<Work, InvalidInputException> unreadable(List<Work> group, FlowPolicy policy) {
    Map<Work, InvalidInputException> unreadable = new HashMap<>();
    for (Work work : group) {
      try {
        var unused = policy.promptTokens(work.problem());
      } catch (InvalidInputException e) {
        unreadable.put(work, e);
      }
    }
    return unreadable;
  }

  List<Work> group() {
    return group;
  }

  long seed() {
    return models.seed();
  }

  Map<Work, InvalidInputException> unreadable() {
    return unreadable;
  }

  /** Returns the problems that are rolled out. */
  List<Work> readable() {
    return group.stream().filter(work -> !unreadable.containsKey(work)).toList();
  }

  /**
   * Rolls the problems out, from any thread.
   *
   * @param verifier used by no other round meanwhile
   */
  Trees rollOut(VerifierGuard verifier) {
    List<Work> works = readable();
    if (works.isEmpty()) {
      return new Trees(List.of(), 0);
    }
    RolloutRequest request =
        RolloutRequest.builder(
                works.stream().map(Work::problem).toList(),
                models.policy(),
                models.judge(),
                verifier)
            .originals(works.stream().map(Work::served).toList())
            .options(setup.flow())
            .rolloutsPerNode(rolloutsPerNode)
            .seed(models.seed())
            .build();
    int before = verifier.failures() + verifier.timeouts();
    List<RolloutOutcome> outcomes =
        setup.executor().run(new EngineRound(setup, request, models.version(), base));
    if (outcomes.size() != works.size()) {
      throw new FlowException(
          ("The rollout executor %s returned %d outcomes for %d problems; it must return one for"
                  + " each, in their order")
              .formatted(setup.executor().getClass().getName(), outcomes.size(), works.size()));
    }
    outcomes.forEach(outcome -> outcome.tree().ifPresent(this::forget));
    return new Trees(outcomes, verifier.failures() + verifier.timeouts() - before);
  }

  /** What is learned of a tree are token ids; nobody writes on at its branches. */
  private void forget(RolloutTree tree) {
    Stream<Branch> others =
        tree.nodes().stream()
            .flatMap(node -> Stream.concat(node.alternatives().stream(), node.flipped().stream()));
    Stream.concat(Stream.of(tree.original()), others)
        .map(Branch::answer)
        .forEach(
            answer -> {
              models.policy().forget(answer);
              models.judge().forget(answer);
            });
  }
}
