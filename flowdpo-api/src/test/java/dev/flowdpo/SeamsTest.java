package dev.flowdpo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.UpdateMetrics;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.scripted.StubEngine;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.testing.ScriptedJudge;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An application's own policy, judge, verifier, sampler and objective, all the way of the data. */
class SeamsTest {
  private static final StopDecision STOPS = new StopDecision(true, 1);

  private final StubEngine engine = new StubEngine(EngineSettings.defaults());
  private final List<Object> events = new ArrayList<>();

  /** Answers "r" where the seed is even and "w" where it is odd. */
  private final ScriptedPolicy coin =
      new ScriptedPolicy(request -> Chunks.of(request.seed() % 2 == 0 ? "r" : "w"));

  @Test
  void ownPolicyJudgeAndVerifierLearnThroughTheStandardSampler() {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      problems.add(Problem.of("question " + i, "r"));
    }
    try (Flow flow =
            Flow.builder()
                .engine(engine)
                .policy(coin)
                .judge(ScriptedJudge.stoppingAt(1))
                .maxChunks(1)
                .build();
        OnlineLearner learner =
            flow.learner()
                .verifier(
                    attempt ->
                        Verdict.of(
                            attempt.answer().endsWith(attempt.problem().answer().orElseThrow())))
                .listener(recorder())
                .build()) {
      LearningReport report = learner.learn(problems);
      assertThat(report.progress().problems()).isEqualTo(20);
      assertThat(report.validation().outcomes())
          .isEqualTo(
              flow.withOptions(options -> options.seed(0)).solveAll(problems).stream()
                  .map(solution -> solution.text().equals("r"))
                  .toList());
      assertThat(report.validation().accuracy()).isStrictlyBetween(0.0, 1.0);
    }
    assertThat(events.stream().filter(PreferencePair.class::isInstance))
        .isNotEmpty()
        .allSatisfy(
            event -> {
              PreferencePair pair = (PreferencePair) event;
              assertThat(pair.role()).isEqualTo(AdapterRole.ANSWER);
              assertThat(pair.chosen().tokens()).isEqualTo(Chunks.ids("r"));
              assertThat(pair.rejected().tokens()).isEqualTo(Chunks.ids("w"));
            });
  }

  @Test
  void ownSamplerAndObjectiveDecideWhatIsLearned() {
    DpoObjective objective = sums -> new ObjectiveValue(40 + sums.chosenLength(), -1, 1, 0, 0);
    try (Flow flow = Flow.builder().engine(engine).policy(coin).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(attempt -> Verdict.of(attempt.answer().equals("yes")))
                .sampler(new OneAgainstOne())
                .objective(objective)
                .listener(recorder())
                .build()) {
      learner.learn(List.of(Problem.of("q")));
    }
    assertThat(coin.batches()).isEmpty();
    assertThat(events).hasSize(3);
    assertThat(events.get(0)).isInstanceOf(RolloutTree.class);
    PreferencePair pair = (PreferencePair) events.get(1);
    assertThat(pair.chosen().tokens()).isEqualTo(Chunks.ids("yes"));
    assertThat(pair.rejected().tokens()).isEqualTo(Chunks.ids("no"));
    assertThat(((UpdateMetrics) events.get(2)).loss()).isEqualTo(43);
  }

  @Test
  void aFailingVerifierIsCountedAndLearningGoesOn() {
    try (Flow flow = Flow.builder().engine(engine).policy(coin).maxChunks(1).build();
        OnlineLearner learner =
            flow.learner()
                .verifier(
                    attempt -> {
                      throw new IllegalStateException("always");
                    })
                .listener(recorder())
                .build()) {
      LearningProgress progress =
          learner.learn(List.of(Problem.of("one"), Problem.of("two"))).progress();
      assertThat(progress.problems()).isEqualTo(2);
      assertThat(progress.progressiveAccuracy()).isZero();
      assertThat(progress.verifierFailures()).isPositive();
    }
    assertThat(events).hasSize(2).hasOnlyElementsOfType(RolloutTree.class);
  }

  private LearningListener recorder() {
    return new LearningListener() {
      @Override
      public void onProblem(RolloutTree tree, LearningProgress progress) {
        events.add(tree);
      }

      @Override
      public void onPairs(List<PreferencePair> pairs) {
        events.addAll(pairs);
      }

      @Override
      public void onUpdate(UpdateMetrics metrics) {
        events.add(metrics);
      }
    };
  }

  /** Needs no model: sets "no" against "yes" on every problem. */
  private static final class OneAgainstOne implements RolloutSampler {
    @Override
    public List<RolloutTree> sample(RolloutRequest request) {
      return request.problems().stream().map(problem -> tree(problem, request)).toList();
    }

    private static RolloutTree tree(Problem problem, RolloutRequest request) {
      PartialAnswer root = PartialAnswer.start(problem);
      Branch no = branch(root.append(Chunks.of("no")), request);
      Branch yes = branch(root.append(Chunks.of("yes")), request);
      OutputNode node = new OutputNode(0, root, no.answer(), STOPS, List.of(yes), Optional.empty());
      return new RolloutTree(problem, no, List.of(node));
    }

    private static Branch branch(PartialAnswer answer, RolloutRequest request) {
      Verdict verdict = request.verifier().verify(answer.problem(), answer.text());
      return new Branch(answer, List.of(STOPS), FinishReason.STOPPED, verdict);
    }
  }
}
