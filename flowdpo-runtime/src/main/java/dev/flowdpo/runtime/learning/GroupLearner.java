package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from one group of problems (Flow-DPO, section 3 and algorithm 1). The flow first answers
 * each problem with the adapters as they are, which counts for progressive validation; all rollouts
 * of the group run as one batch; their pairs join those that wait; every adapter takes a step
 * whenever it has enough of them; and the new adapters go live, or before a gate.
 *
 * <p>A group either counts or does not: what can fail on a problem comes before anything is
 * counted. Where steps are broken off, their pairs wait in the order drawn for them, and the next
 * group takes those steps first, so that nothing comes out otherwise. For one thread at a time.
 */
final class GroupLearner {
  private static final Logger LOG = LoggerFactory.getLogger(GroupLearner.class);

  private final LearnerSetup setup;
  private final LearnerOptions options;
  private final WorkingCopies copies;
  private final PreferenceTokens tokens;
  private final ServedSolutions solutions;
  private final LearnerState state;
  private final Publication publication;
  private final VerifierGuard verifier;
  private final LearningTurns turns;
  private final ChosenDecline decline = new ChosenDecline();
  private final UndecidedJudge undecided;
  private final LoadedModel base;
  private int failuresBefore;
  private int failuresInARow;

  /**
   * What came of a group.
   *
   * @param outcomes one per problem, in their order
   * @param listenerFailure what the listener threw
   */
  record Result(List<ProblemOutcome> outcomes, Optional<Throwable> listenerFailure) {}

  /** A problem that was rolled out, or could not be. */
  private record Explored(
      Work work,
      Optional<RolloutTree> tree,
      List<PreferencePair> pairs,
      List<PreferencePair> pace,
      int verifierFailures,
      Optional<RuntimeException> failure) {

    static Explored failed(Work work, RuntimeException failure) {
      return new Explored(work, Optional.empty(), List.of(), List.of(), 0, Optional.of(failure));
    }
  }

  GroupLearner(
      LearnerSetup setup,
      WorkingCopies copies,
      PreferenceTokens tokens,
      ServedSolutions solutions,
      LearnerState state,
      Publication publication,
      VerifierGuard verifier,
      LearningTurns turns,
      UndecidedJudge undecided,
      LoadedModel base) {
    this.setup = setup;
    this.options = setup.options();
    this.copies = copies;
    this.tokens = tokens;
    this.solutions = solutions;
    this.state = state;
    this.publication = publication;
    this.verifier = verifier;
    this.turns = turns;
    this.undecided = undecided;
    this.base = base;
  }

  /**
   * Learns from a group.
   *
   * @throws LearningTurns.BrokenOffException if it was broken off before anything was counted
   * @throws RuntimeException if a model fails, or too many problems in a row
   */
  Result learn(List<Work> group) {
    ListenerCalls calls = new ListenerCalls(setup.listener());
    publication.begin();
    finishUpdates(calls);
    long seed = Seeds.mix(options.seed(), state.problems());
    List<Explored> explored = explore(group, seed);
    count(explored, calls);
    List<UpdateMetrics> updates = options.updates().enabled() ? update(seed, calls) : List.of();
    publication.end(treesOfTheFlow(explored), calls);
    List<ProblemOutcome> outcomes = explored.stream().map(e -> outcome(e, updates)).toList();
    return new Result(outcomes, calls.failure());
  }

  /** What a group is rolled out with: one version of both adapters. */
  private record Models(
      FlowPolicy policy, StopJudge judge, AdapterVersions.Version version, long seed) {}

  private List<Explored> explore(List<Work> group, long seed) {
    Models models =
        copies.atOneVersion(
            live -> new Models(publication.policy(), publication.judge(), live, seed));
    Map<Work, Explored> unreadable = unreadable(group, models.policy());
    List<Work> rest = group.stream().filter(work -> !unreadable.containsKey(work)).toList();
    Iterator<Explored> explored = exploreAll(rest, models).iterator();
    return group.stream()
        .map(work -> Optional.ofNullable(unreadable.get(work)).orElseGet(explored::next))
        .toList();
  }

  /** Returns the problems whose prompts do not fit the model, before they can harm the others. */
  private Map<Work, Explored> unreadable(List<Work> group, FlowPolicy policy) {
    Map<Work, Explored> unreadable = new HashMap<>();
    for (Work work : group) {
      try {
        var unused = policy.promptTokens(work.problem());
      } catch (InvalidInputException e) {
        unreadable.put(work, passOver(work, e));
      }
    }
    return unreadable;
  }

  private List<Explored> exploreAll(List<Work> group, Models models) {
    if (group.isEmpty()) {
      return List.of();
    }
    List<Explored> explored = turns.interruptibly(() -> explore(group, models));
    for (Explored one : explored) {
      if (one.failure.isPresent()) {
        var unused = passOver(one.work, one.failure.get());
      } else {
        failuresInARow = 0;
      }
    }
    return explored;
  }

  private Explored passOver(Work work, RuntimeException failure) {
    if (!(failure instanceof InvalidInputException)
        && ++failuresInARow >= OnlineLearner.MOST_FAILURES) {
      failuresInARow = 0;
      throw new FlowException(
          "%d problems failed one after the other, the last, %s, by: %s"
              .formatted(OnlineLearner.MOST_FAILURES, work.problem().id(), failure),
          failure);
    }
    LOG.warn("Problem {} is passed over: {}", work.problem().id(), failure.toString());
    return Explored.failed(work, failure);
  }

  private List<Explored> explore(List<Work> group, Models models) {
    List<Problem> problems = group.stream().map(Work::problem).toList();
    RolloutRequest request =
        RolloutRequest.builder(problems, models.policy(), models.judge(), verifier)
            .originals(group.stream().map(Work::served).toList())
            .options(setup.flow())
            .rolloutsPerNode(rolloutsPerNode())
            .seed(models.seed())
            .build();
    List<RolloutOutcome> outcomes =
        setup.executor().run(new EngineRound(setup, request, models.version(), base));
    if (outcomes.size() != group.size()) {
      throw new FlowException(
          ("The rollout executor %s returned %d outcomes for %d problems; it must return one for"
                  + " each, in their order")
              .formatted(setup.executor().getClass().getName(), outcomes.size(), group.size()));
    }
    List<Explored> explored = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      explored.add(exploredOrFailed(group.get(i), outcomes.get(i)));
    }
    outcomes.forEach(
        outcome -> outcome.tree().ifPresent(tree -> forget(tree, models.policy(), models.judge())));
    return explored;
  }

  /** What is learned of a tree are token ids; nobody writes on at its branches. */
  private static void forget(RolloutTree tree, FlowPolicy policy, StopJudge judge) {
    Stream<Branch> others =
        tree.nodes().stream()
            .flatMap(node -> Stream.concat(node.alternatives().stream(), node.flipped().stream()));
    Stream.concat(Stream.of(tree.original()), others)
        .map(Branch::answer)
        .forEach(
            answer -> {
              policy.forget(answer);
              judge.forget(answer);
            });
  }

  private void checkServed(Work work, RolloutTree tree) {
    if (work.served().filter(path -> path.answer() != tree.original().answer()).isPresent()) {
      throw new InvalidInputException(
          ("feedback on problem %s: expected the sampler to keep the solution that was served,"
                  + " found that %s wrote another one; it has to look at RolloutRequest.originals()")
              .formatted(work.problem().id(), setup.sampler().getClass().getName()));
    }
  }

  private Explored exploredOrFailed(Work work, RolloutOutcome outcome) {
    if (outcome.failure().isPresent()) {
      return Explored.failed(work, outcome.failure().get());
    }
    try {
      return explored(work, outcome);
    } catch (FlowClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      return Explored.failed(work, e);
    }
  }

  private Explored explored(Work work, RolloutOutcome outcome) {
    RolloutTree tree = outcome.tree().orElseThrow();
    checkServed(work, tree);
    List<PreferencePair> pairs = ofLearners(setup.pairRule(), tree);
    List<PreferencePair> pace =
        setup.pairRule().pace().map(rule -> ofLearners(rule, tree)).orElse(pairs);
    return new Explored(
        work, Optional.of(tree), pairs, pace, outcome.verifierFailures(), Optional.empty());
  }

  private List<PreferencePair> ofLearners(PairRule rule, RolloutTree tree) {
    return rule.pairs(tree, tokens).stream()
        .filter(pair -> copies.learners().containsKey(pair.role()))
        .toList();
  }

  /** Returns how many alternatives are worth their cost: none where no Answer adapter learns. */
  private int rolloutsPerNode() {
    return copies.learners().containsKey(AdapterRole.ANSWER)
        ? options.rollouts().rolloutsPerNode()
        : 0;
  }

  private void count(List<Explored> group, ListenerCalls calls) {
    int failures = verifier.failures() + verifier.timeouts();
    int elsewhere = group.stream().mapToInt(Explored::verifierFailures).sum();
    state.countVerifierFailures(failures - failuresBefore + elsewhere);
    failuresBefore = failures;
    List<PreferencePair> pairs = new ArrayList<>();
    for (Explored explored : group) {
      state.seen().add(explored.work.key());
      explored.failure.ifPresent(
          failure -> {
            state.countPassedOver();
            calls.onPassedOver(explored.work.problem(), failure);
          });
      explored.tree.ifPresent(
          tree -> {
            state.count(tree, explored.pairs);
            undecided.watch(state);
            calls.onProblem(tree, state.progress());
          });
      pairs.addAll(explored.pairs);
    }
    if (options.updates().enabled()) {
      pairs.forEach(state::add);
      group.forEach(explored -> explored.pace.forEach(pair -> state.addDue(pair.role())));
      if (!pairs.isEmpty()) {
        calls.onPairs(pairs);
      }
    }
  }

  /** Takes the steps that were due when learning was broken off. */
  private void finishUpdates(ListenerCalls calls) {
    if (options.updates().enabled() && !steps(calls).isEmpty()) {
      publication.end(List.of(), calls);
    }
  }

  private List<UpdateMetrics> update(long seed, ListenerCalls calls) {
    for (AdapterRole role : copies.learners().keySet()) {
      Collections.shuffle(state.pending(role), new Random(Seeds.mix(seed, role.ordinal())));
    }
    return steps(calls);
  }

  /**
   * Takes as many steps as there are full batches of pairs that are due, in an order that mixes the
   * group's problems. Where another rule sets the pace, a step takes the same share of the waiting
   * pairs as of that rule's.
   */
  private List<UpdateMetrics> steps(ListenerCalls calls) {
    List<UpdateMetrics> taken = new ArrayList<>();
    for (AdapterLearner learner : copies.learners().values()) {
      AdapterRole role = learner.role();
      List<PreferencePair> waiting = state.pending(role);
      int batch =
          role == AdapterRole.ANSWER
              ? options.updates().pairsPerAnswerUpdate()
              : options.updates().pairsPerStopUpdate();
      while (state.due(role) >= batch && !turns.isBreaking()) {
        int share = (int) ((long) waiting.size() * batch / state.due(role));
        if (share == 0) {
          break; // more updates are due than there are pairs
        }
        List<PreferencePair> last = waiting.subList(waiting.size() - share, waiting.size());
        long begin = System.nanoTime();
        Optional<UpdateMetrics> step =
            learner.update(
                List.copyOf(last), state.problems(), norm -> skip(role, batch, norm, calls));
        setup.giveWay(System.nanoTime() - begin);
        last.clear();
        step.ifPresent(
            metrics -> {
              taken.add(metrics);
              state.countUpdate(role, batch);
              publication.count(1);
              decline.watch(metrics);
              calls.onUpdate(metrics);
            });
      }
    }
    return taken;
  }

  private void skip(AdapterRole role, int batch, double norm, ListenerCalls calls) {
    state.countSkippedUpdate(role, batch);
    LOG.warn(
        "The {} adapter: a step was not taken, since the norm of its gradient is {}; its pairs are"
            + " dropped",
        role.folderName(),
        norm);
    calls.onUpdateSkipped(role, norm);
  }

  private static List<RolloutTree> treesOfTheFlow(List<Explored> group) {
    return group.stream()
        .filter(explored -> explored.work.served().isEmpty())
        .flatMap(explored -> explored.tree.stream())
        .toList();
  }

  private ProblemOutcome outcome(Explored explored, List<UpdateMetrics> updates) {
    if (explored.failure.isPresent()) {
      return ProblemOutcome.passedOver(explored.work.problem(), explored.failure.get());
    }
    RolloutTree tree = explored.tree.orElseThrow();
    return ProblemOutcome.learned(
        tree, solutions.solution(tree.original()), explored.pairs, updates);
  }
}
