package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
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

  /**
   * What was rolled out.
   *
   * @param verifierFailures how often this process's verifier failed on it
   */
  private record Exploration(List<Explored> explored, int verifierFailures) {}

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
    ListenerCalls calls = begin();
    GroupRound round = round(group, state.problems());
    return learn(round, () -> round.rollOut(verifier), calls);
  }

  /**
   * Learns from the oldest of the groups that were read, and lets the rounds begin that are due.
   *
   * @param checkpoint the number of problems at which the state is saved next
   * @throws LearningTurns.BrokenOffException if it was broken off before anything was counted
   * @throws RuntimeException if a model fails, or too many problems in a row
   */
  Result learn(RoundsAhead ahead, int checkpoint) {
    ListenerCalls calls = begin();
    ahead.begin(this::round, state.problems(), checkpoint);
    RoundsAhead.Begun next = ahead.next();
    return learn(
        next.round(),
        () -> next.trees().map(RoundsAhead::await).orElseGet(() -> next.round().rollOut(verifier)),
        calls);
  }

  private ListenerCalls begin() {
    ListenerCalls calls = new ListenerCalls(setup.listener());
    publication.begin();
    finishUpdates(calls);
    return calls;
  }

  /** Returns a group with the adapters that are live, which are to roll it out. */
  private GroupRound round(List<Work> group, int problemsBefore) {
    long seed = Seeds.mix(options.seed(), problemsBefore);
    GroupRound.Models models =
        copies.atOneVersion(
            live -> new GroupRound.Models(publication.policy(), publication.judge(), live, seed));
    return new GroupRound(setup, base, rolloutsPerNode(), group, models);
  }

  private Result learn(GroupRound round, Supplier<GroupRound.Trees> trees, ListenerCalls calls) {
    Exploration exploration = exploreReadable(round.readable(), trees);
    List<Explored> explored = withUnreadable(round, exploration.explored());
    count(explored, exploration.verifierFailures(), calls);
    List<UpdateMetrics> updates =
        options.updates().enabled() ? update(round.seed(), calls) : List.of();
    publication.end(treesOfTheFlow(explored), calls);
    List<ProblemOutcome> outcomes = explored.stream().map(e -> outcome(e, updates)).toList();
    return new Result(outcomes, calls.failure());
  }

  /** Adds the problems whose prompts do not fit the model. */
  private List<Explored> withUnreadable(GroupRound round, List<Explored> readable) {
    Map<Work, Explored> unreadable = new HashMap<>();
    round.unreadable().forEach((work, failure) -> unreadable.put(work, passOver(work, failure)));
    Iterator<Explored> explored = readable.iterator();
    return round.group().stream()
        .map(work -> Optional.ofNullable(unreadable.get(work)).orElseGet(explored::next))
        .toList();
  }

  private Exploration exploreReadable(List<Work> group, Supplier<GroupRound.Trees> trees) {
    if (group.isEmpty()) {
      return new Exploration(List.of(), 0);
    }
    Exploration exploration = turns.interruptibly(() -> explore(group, trees.get()));
    for (Explored one : exploration.explored()) {
      if (one.failure.isPresent()) {
        var unused = passOver(one.work, one.failure.get());
      } else {
        failuresInARow = 0;
      }
    }
    return exploration;
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

  private Exploration explore(List<Work> group, GroupRound.Trees trees) {
    List<Explored> explored = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      explored.add(exploredOrFailed(group.get(i), trees.outcomes().get(i)));
    }
    return new Exploration(explored, trees.verifierFailures());
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
    if (options.rollouts().lag() > 0) {
      pairs = pairs.stream().map(pair -> pair.withRolloutVersion(outcome.version())).toList();
    }
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

  private void count(List<Explored> group, int verifierFailures, ListenerCalls calls) {
    int elsewhere = group.stream().mapToInt(Explored::verifierFailures).sum();
    state.countVerifierFailures(verifierFailures + elsewhere);
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
   * pairs as of that rule's, and at least one pair.
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
        int share = Math.max(1, (int) ((long) waiting.size() * batch / state.due(role)));
        if (waiting.isEmpty()) {
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
