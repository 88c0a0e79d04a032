package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.Iterables;
import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which adapters learn, from which pairs, and against which reference. */
@Tag("slow")
class LearnedRolesTest {
  /** Rates of their own, so that what is asked of the learning hangs on no default. */
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rates(rates -> rates.answer(2e-3).stop(5e-4))
          .rollouts(rollouts -> rollouts.problemsPerGroup(8))
          .checkpointEveryProblems(8)
          .seed(5)
          .build();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(AdapterRole.class)
  void onlyTheChosenAdapterLearnsAndIsWritten(AdapterRole role) {
    AdapterRole other = role == AdapterRole.ANSWER ? AdapterRole.STOP : AdapterRole.ANSWER;
    Recorder recorder = new Recorder();
    LearnerOptions options =
        OPTIONS.toBuilder().updates(updates -> updates.roles(EnumSet.of(role))).build();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner =
            learner(flow, b -> b.options(options).checkpoint(folder).listener(recorder))) {
      List<Double> before = fingerprint(flow);
      LearningProgress progress = learner.learn(BundledProblems.learning(21, 16)).progress();
      List<Double> after = fingerprint(flow);

      assertThat(after.get(role.ordinal())).isNotEqualTo(before.get(role.ordinal()));
      assertThat(after.get(other.ordinal())).isEqualTo(before.get(other.ordinal()));
      assertThat(recorder.updates)
          .isNotEmpty()
          .hasSize(progress.answerUpdates() + progress.stopUpdates())
          .allMatch(update -> update.role() == role);
      assertThat(recorder.pairs).isNotEmpty().allMatch(pair -> pair.role() == role);

      Path saved = folder.resolve("adapters");
      learner.save(saved);
      assertThat(saved.resolve(role.folderName()).resolve("adapter_model.safetensors")).exists();
      assertThat(saved.resolve(other.folderName())).doesNotExist();
      try (Flow loaded = Flow.builder().seed(1).adapters(saved).build()) {
        assertThat(fingerprint(loaded)).isEqualTo(after);
      }
    }
  }

  @Test
  void withoutTheAnswerAdapterNoAlternativesAreTried() {
    LearnerOptions options =
        OPTIONS.toBuilder().updates(updates -> updates.roles(EnumSet.of(AdapterRole.STOP))).build();
    Recorder recorder = new Recorder();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner = learner(flow, b -> b.options(options).listener(recorder))) {
      learner.learn(BundledProblems.learning(21, 8));
    }
    assertThat(recorder.trees).hasSize(8);
    assertThat(recorder.trees)
        .flatExtracting(RolloutTree::nodes)
        .isNotEmpty()
        .allMatch(node -> node.alternatives().isEmpty());
  }

  @Test
  void aRefreshedReferenceStartsTheImplicitRewardsAnew() {
    int refresh = 3;
    List<UpdateMetrics> standing = updates(OPTIONS);
    List<UpdateMetrics> moving =
        updates(
            OPTIONS.toBuilder()
                .updates(updates -> updates.referenceRefreshUpdates(refresh))
                .build());

    List<UpdateMetrics> answer = of(AdapterRole.ANSWER, moving);
    assertThat(answer).hasSizeGreaterThan(2 * refresh + 1);
    // Until the first refresh nothing differs.
    assertThat(answer.subList(0, refresh))
        .isEqualTo(of(AdapterRole.ANSWER, standing).subList(0, refresh));
    for (UpdateMetrics update : answer) {
      if ((update.update() - 1) % refresh == 0) {
        assertThat(update.rewardsChosen()).isCloseTo(0, within(1e-3));
        assertThat(update.rewardsRejected()).isCloseTo(0, within(1e-3));
        assertThat(update.loss()).isCloseTo(Math.log(2), within(1e-3));
      } else {
        // Not the margin: both sides of a pair may move by the same.
        assertThat(Math.max(Math.abs(update.rewardsChosen()), Math.abs(update.rewardsRejected())))
            .isGreaterThan(1e-3);
      }
    }
    assertThat(Math.abs(of(AdapterRole.ANSWER, standing).get(refresh).rewardsMargin()))
        .isGreaterThan(1e-2);
  }

  @Test
  void aKilledRunWithAMovingReferenceResumesToTheSameResult() throws IOException {
    LearnerOptions options =
        OPTIONS.toBuilder().updates(updates -> updates.referenceRefreshUpdates(3)).build();
    assertResumes(options, UnaryOperator.identity());
  }

  private void assertResumes(LearnerOptions options, UnaryOperator<OnlineLearner.Builder> change)
      throws IOException {
    List<Problem> problems = BundledProblems.learning(23, 16);
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    List<UpdateMetrics> uninterrupted = run(whole, false, problems, options, change);

    Iterable<Problem> dying =
        Iterables.concat(
            problems.subList(0, 12),
            Iterables.transform(
                problems.subList(12, 13),
                problem -> {
                  throw new IllegalStateException("power cut");
                }));
    assertThatThrownBy(() -> run(killed, false, dying, options, change)).hasMessage("power cut");
    List<UpdateMetrics> resumed = run(killed, true, problems, options, change);

    assertThat(resumed).isNotEmpty().hasSizeLessThan(uninterrupted.size());
    assertThat(uninterrupted).endsWith(resumed.toArray(UpdateMetrics[]::new));
    for (AdapterRole role : AdapterRole.values()) {
      String file = "adapters/" + role.folderName() + "/adapter_model.safetensors";
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
  }

  @Test
  void theApplicationsPairRuleDecidesWhatIsLearned() {
    AtomicInteger trees = new AtomicInteger();
    PairRule firstAnswerPair =
        (tree, tokens) -> {
          trees.incrementAndGet();
          return PairRule.contrasts(OPTIONS.pairs()).pairs(tree, tokens).stream()
              .filter(pair -> pair.role() == AdapterRole.ANSWER)
              .limit(1)
              .toList();
        };
    Recorder recorder = new Recorder();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner = learner(flow, b -> b.pairs(firstAnswerPair).listener(recorder))) {
      LearningProgress progress = learner.learn(BundledProblems.learning(24, 16)).progress();
      assertThat(trees).hasValue(16);
      assertThat(progress.stopUpdates()).isZero();
      assertThat(progress.answerPairs()).isEqualTo(recorder.pairs.size()).isPositive();
    }
    assertThat(recorder.pairs).extracting(PreferencePair::problemId).doesNotHaveDuplicates();
  }

  @Test
  void imitationOfItsOwnCorrectTracesMakesThemLikelier() {
    Recorder recorder = new Recorder();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner =
            learner(
                flow,
                b ->
                    b.options(
                            OPTIONS.toBuilder()
                                .updates(updates -> updates.pairsPerAnswerUpdate(4))
                                .build())
                        .pairs(PairRule.successes())
                        .objective(DpoObjective.supervised())
                        .listener(recorder))) {
      learner.learn(BundledProblems.learning(25, 32));
      learner.save(folder);
    }
    assertThat(of(AdapterRole.ANSWER, recorder.updates)).hasSizeGreaterThan(6);
    assertThat(recorder.pairs).allMatch(pair -> pair.chosen().reward() == 1);

    List<Completion> chunks =
        recorder.pairs.stream()
            .filter(pair -> pair.role() == AdapterRole.ANSWER)
            .map(pair -> new Completion(pair.prompt().toArray(), pair.chosen().tokens().toArray()))
            .toList();
    try (AdapterFlowEngine engine =
        new AdapterFlowEngineProvider().open(EngineSettings.defaults())) {
      ModelConfig config = engine.base().config();
      Path answer = folder.resolve(AdapterRole.ANSWER.folderName());
      AdapterSnapshot learned = AdapterSnapshot.of(config, PeftAdapters.read(answer, config));
      double before = meanLogProbability(engine, AdapterSnapshot.none(config), chunks);
      assertThat(meanLogProbability(engine, learned, chunks)).isGreaterThan(before + 0.02);
    }
  }

  /** Mean over all tokens of the completions. */
  private static double meanLogProbability(
      AdapterFlowEngine engine, AdapterSnapshot adapter, List<Completion> completions) {
    double sum = 0;
    int tokens = 0;
    for (float[] scores :
        new CompletionScorer(engine.base()).tokenLogProbabilities(adapter, completions)) {
      for (float score : scores) {
        sum += score;
        tokens++;
      }
    }
    return sum / tokens;
  }

  @Test
  void imitationKeepsThePaceOfAnotherRule() {
    PairRule contrasts = PairRule.contrasts(OPTIONS.pairs());
    AtomicInteger due = new AtomicInteger();
    PairRule counted =
        (tree, tokens) -> {
          List<PreferencePair> pairs = contrasts.pairs(tree, tokens);
          pairs.stream()
              .filter(pair -> pair.role() == AdapterRole.ANSWER)
              .forEach(pair -> due.incrementAndGet());
          return pairs;
        };
    Recorder recorder = new Recorder();
    LearningProgress progress =
        learn(
            3,
            recorder,
            b ->
                b.pairs(PairRule.successes().atThePaceOf(counted))
                    .objective(DpoObjective.supervised()));
    // As many updates as the contrasts would make, from all of the examples.
    assertThat(progress.answerUpdates()).isEqualTo(due.get() / 3).isPositive();
    List<UpdateMetrics> answer = of(AdapterRole.ANSWER, recorder.updates);
    int learned = answer.stream().mapToInt(UpdateMetrics::pairs).sum();
    assertThat(progress.answerPairs()).isGreaterThan(2 * due.get());
    assertThat(learned).isBetween(progress.answerPairs() * 9 / 10, progress.answerPairs());
  }

  @Test
  void fewerExamplesThanUpdatesThatAreDueAreLearnedFromOneByOne() {
    PairRule contrasts = PairRule.contrasts(OPTIONS.pairs());
    Set<String> met = new HashSet<>();
    // One example a problem, of every third problem: far fewer than contrasts.
    PairRule few =
        (tree, tokens) ->
            contrasts.pairs(tree, tokens).stream()
                .filter(pair -> pair.role() == AdapterRole.ANSWER)
                .filter(pair -> Math.floorMod(pair.problemId().hashCode(), 3) == 0)
                .filter(pair -> met.add(pair.problemId()))
                .toList();
    Recorder recorder = new Recorder();
    LearningProgress progress = learn(2, recorder, b -> b.pairs(few.atThePaceOf(contrasts)));
    assertThat(progress.answerPairs()).isEqualTo(met.size()).isPositive();
    assertThat(progress.answerUpdates()).isBetween(met.size() - 1, met.size());
    assertThat(of(AdapterRole.ANSWER, recorder.updates))
        .allSatisfy(update -> assertThat(update.pairs()).isEqualTo(1));
  }

  @Test
  void aKilledRunAtThePaceOfAnotherRuleResumesToTheSameResult() throws IOException {
    LearnerOptions options =
        OPTIONS.toBuilder().updates(updates -> updates.pairsPerAnswerUpdate(5)).build();
    assertResumes(
        options,
        b ->
            b.pairs(PairRule.successes().atThePaceOf(PairRule.contrasts(OPTIONS.pairs())))
                .objective(DpoObjective.supervised()));
  }

  private static LearningProgress learn(
      int pairsPerAnswerUpdate, Recorder recorder, UnaryOperator<OnlineLearner.Builder> change) {
    LearnerOptions options =
        OPTIONS.toBuilder()
            .updates(updates -> updates.pairsPerAnswerUpdate(pairsPerAnswerUpdate))
            .build();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner =
            learner(flow, b -> change.apply(b).options(options).listener(recorder))) {
      return learner.learn(BundledProblems.learning(25, 24)).progress();
    }
  }

  private List<UpdateMetrics> updates(LearnerOptions options) {
    Recorder recorder = new Recorder();
    try (Flow flow = Flow.builder().seed(1).build();
        OnlineLearner learner = learner(flow, b -> b.options(options).listener(recorder))) {
      learner.learn(BundledProblems.learning(22, 16));
    }
    return recorder.updates;
  }

  private static List<UpdateMetrics> run(
      Path folder,
      boolean resume,
      Iterable<Problem> problems,
      LearnerOptions options,
      UnaryOperator<OnlineLearner.Builder> change) {
    Recorder recorder = new Recorder();
    try (Flow flow = Flow.builder().seed(3).build();
        OnlineLearner learner =
            learner(
                flow,
                b ->
                    change
                        .apply(b)
                        .options(options)
                        .checkpoint(folder)
                        .resume(resume)
                        .listener(recorder))) {
      learner.learn(problems);
      learner.save(folder.resolve("adapters"));
    }
    return recorder.updates;
  }

  private static OnlineLearner learner(Flow flow, UnaryOperator<OnlineLearner.Builder> change) {
    return change.apply(flow.learner().options(OPTIONS).verifier(BundledProblems.VERIFIER)).build();
  }

  private static List<UpdateMetrics> of(AdapterRole role, List<UpdateMetrics> updates) {
    return updates.stream().filter(update -> update.role() == role).toList();
  }

  /** What the Answer adapter makes of a prompt, and the Stop adapter of an answer. */
  private static List<Double> fingerprint(Flow flow) {
    PartialAnswer start = PartialAnswer.start(BundledProblems.learning(1, 1).get(0));
    ChunkRequest request = new ChunkRequest(start, 8, SamplingOptions.greedy(), 0);
    Chunk written = flow.policy().snapshot().extend(List.of(request)).get(0);
    double chunk = written.logProbability().orElseThrow();
    // The base's chunk, so that a learned Answer adapter does not change what is judged.
    PartialAnswer judged;
    try (Flow base = Flow.builder().build()) {
      judged = start.append(base.policy().snapshot().extend(List.of(request)).get(0));
    }
    double stop = flow.judge().snapshot().judge(List.of(judged)).get(0).stopProbability();
    return Arrays.asList(chunk, stop);
  }

  /** Keeps what a learner tells. */
  private static final class Recorder implements LearningListener {
    final List<RolloutTree> trees = new ArrayList<>();
    final List<PreferencePair> pairs = new ArrayList<>();
    final List<UpdateMetrics> updates = new ArrayList<>();

    @Override
    public void onProblem(RolloutTree tree, LearningProgress progress) {
      trees.add(tree);
    }

    @Override
    public void onPairs(List<PreferencePair> found) {
      pairs.addAll(found);
    }

    @Override
    public void onUpdate(UpdateMetrics metrics) {
      updates.add(metrics);
    }
  }
}
