package dev.flowdpo.runtime.learning;

import com.google.common.collect.Iterators;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Online Flow-DPO (Flow-DPO, section 3 and algorithm 1). Problems come in groups. The flow first
 * answers each problem of a group with the adapters as they are, which counts for progressive
 * validation; all rollouts of the group then run as one batch; their pairs join those that wait;
 * every adapter takes a step whenever it has enough of them; and the new snapshots are published to
 * the flows that begin from then on.
 *
 * <p>{@link #learn} runs on the caller's thread, one call at a time; flows may solve meanwhile on
 * others.
 */
final class PreferenceLearner implements OnlineLearner {
  private final LearnerSetup setup;
  private final LearnerOptions options;
  private final Map<AdapterRole, AdapterLearner> learners;
  private final Map<AdapterRole, AdapterSlot> slots;
  private final PreferenceTokens tokens;
  private final ChosenDecline decline = new ChosenDecline();
  private final VerifierGuard verifier;
  private final String modelName;
  private final LearnerState state;
  private volatile LearningProgress progress;
  private int alreadyLearned;
  private int failuresBefore;
  private boolean closed;

  /**
   * @param learners the adapters that learn
   * @param tokens prompts and decisions as ids
   * @param state where to begin: empty, or what a checkpoint kept, whose problems the first call of
   *     learn skips
   * @param modelName what adapter folders name as their base
   */
  PreferenceLearner(
      LearnerSetup setup,
      Map<AdapterRole, AdapterLearner> learners,
      Map<AdapterRole, AdapterSlot> slots,
      PreferenceTokens tokens,
      LearnerState state,
      String modelName) {
    this.setup = setup;
    this.options = setup.options();
    this.learners = learners;
    this.slots = slots;
    this.tokens = tokens;
    this.state = state;
    this.progress = state.progress();
    this.alreadyLearned = state.problems();
    this.modelName = modelName;
    this.verifier = new VerifierGuard(setup.verifier(), options.rollouts().verifierTimeLimit());
    publish();
  }

  @Override
  public synchronized LearningReport learn(Iterable<Problem> problems) {
    checkOpen();
    long begin = System.nanoTime();
    Iterator<Problem> left = problems.iterator();
    if (!left.hasNext()) {
      throw new InvalidInputException("learn: expected at least one problem, found none");
    }
    Iterators.advance(left, alreadyLearned);
    alreadyLearned = 0;
    Iterator<List<Problem>> groups =
        Iterators.partition(left, options.rollouts().problemsPerGroup());
    int next = state.problems() + options.checkpointEveryProblems();
    while (groups.hasNext()) {
      learnGroup(groups.next());
      if (state.problems() >= next || !groups.hasNext()) {
        checkpoint();
        next = state.problems() + options.checkpointEveryProblems();
      }
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
    return LearningReport.of(state.progress(), state.validation(), elapsed);
  }

  private void learnGroup(List<Problem> group) {
    long seed = Seeds.mix(options.seed(), state.problems());
    List<RolloutTree> trees =
        setup
            .sampler()
            .sample(
                RolloutRequest.builder(
                        group, setup.policy().snapshot(), setup.judge().snapshot(), verifier)
                    .options(setup.flow())
                    .rolloutsPerNode(rolloutsPerNode())
                    .seed(seed)
                    .build());
    if (trees.size() != group.size()) {
      throw new FlowException(
          "The rollout sampler returned "
              + trees.size()
              + " trees for "
              + group.size()
              + " problems; it must return one for each, in their order");
    }
    countVerifierFailures();
    List<PreferencePair> pairs = new ArrayList<>();
    List<PreferencePair> pace = new ArrayList<>();
    for (RolloutTree tree : trees) {
      state.count(tree);
      List<PreferencePair> ofTree = ofLearners(setup.pairRule(), tree);
      pairs.addAll(ofTree);
      pace.addAll(setup.pairRule().pace().map(rule -> ofLearners(rule, tree)).orElse(ofTree));
      setup.listener().onProblem(tree, state.progress());
    }
    if (options.updates().enabled()) {
      pairs.forEach(state::add);
      pace.forEach(pair -> state.addDue(pair.role()));
      if (!pairs.isEmpty()) {
        setup.listener().onPairs(pairs);
      }
      update(seed);
      publish();
    }
    progress = state.progress();
  }

  private List<PreferencePair> ofLearners(PairRule rule, RolloutTree tree) {
    return rule.pairs(tree, tokens).stream()
        .filter(pair -> learners.containsKey(pair.role()))
        .toList();
  }

  /** Returns how many alternatives are worth their cost: none where no Answer adapter learns. */
  private int rolloutsPerNode() {
    return learners.containsKey(AdapterRole.ANSWER) ? options.rollouts().rolloutsPerNode() : 0;
  }

  /**
   * Takes as many steps as there are full batches of pairs that are due, in an order that mixes the
   * group's problems. Where another rule sets the pace, a step takes the same share of the waiting
   * pairs as of that rule's.
   */
  private void update(long seed) {
    for (AdapterLearner learner : learners.values()) {
      List<PreferencePair> waiting = state.pending(learner.role());
      Collections.shuffle(waiting, new Random(Seeds.mix(seed, learner.role().ordinal())));
      int batch =
          learner.role() == AdapterRole.ANSWER
              ? options.updates().pairsPerAnswerUpdate()
              : options.updates().pairsPerStopUpdate();
      while (state.due(learner.role()) >= batch) {
        int share = (int) ((long) waiting.size() * batch / state.due(learner.role()));
        if (share == 0) {
          break; // more updates are due than there are pairs
        }
        List<PreferencePair> last = waiting.subList(waiting.size() - share, waiting.size());
        UpdateMetrics metrics = learner.update(List.copyOf(last), state.problems());
        last.clear();
        state.countUpdate(learner.role(), batch);
        decline.watch(metrics);
        setup.listener().onUpdate(metrics);
      }
    }
  }

  private void publish() {
    learners.forEach((role, learner) -> Lookup.required(slots, role).publish(learner.snapshot()));
  }

  private void countVerifierFailures() {
    int failures = verifier.failures() + verifier.timeouts();
    state.countVerifierFailures(failures - failuresBefore);
    failuresBefore = failures;
  }

  private void checkpoint() {
    setup
        .checkpoint()
        .ifPresent(
            folder -> {
              LearnerCheckpoint.write(folder, options, state, learners, modelName);
              setup.listener().onCheckpoint(folder);
            });
  }

  /** Returns the progress after the last group; does not wait for the group under way. */
  @Override
  public LearningProgress progress() {
    return progress;
  }

  @Override
  public synchronized void save(Path folder) {
    checkOpen();
    learners.forEach(
        (role, learner) ->
            PeftAdapters.write(
                folder.resolve(role.folderName()), learner.snapshot().weights(), modelName));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The learner is closed; build a new one");
    }
  }

  /** Stops the verifier's threads and frees the working copies. The adapters stay published. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      verifier.close();
      learners.values().forEach(AdapterLearner::close);
    }
  }
}
